"""Opens a file that may be compressed and reads it line by line, however large a line or the unpacked file is."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from annotate.exchange.problems import ProblemCode, UnreadableFile

MAX_LINE_BYTES = 8 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_SKIP_BYTES = 64 * 1024


def starts_with(file: IO[bytes], n_bytes: int) -> bytes:
    """Return the first bytes of a seekable file and go back to its start."""
    file.seek(0)
    head = file.read(n_bytes)
    file.seek(0)
    return head


def base_name(filename: str) -> str:
    """Return the file name in lower case without the ending of a compression."""
    return filename.lower().removesuffix(".gz").removesuffix(".zst")


def unpacked(file: IO[bytes], filename: str) -> IO[bytes]:
    """Return the stream of the content: the first bytes decide, and a name that promises otherwise is an error.

    Raises UnreadableFile(damaged_file) for a .gz or .zst that is none.
    """
    head = starts_with(file, 4)
    if head.startswith(_GZIP):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb"))
    if head == _ZSTD:
        return _zstd_stream(file)
    if filename.lower().endswith((".gz", ".zst")):
        raise UnreadableFile(ProblemCode.DAMAGED_FILE, reason="the name says it is compressed, the content is not")
    return file


def _zstd_stream(file: IO[bytes]) -> IO[bytes]:
    # Arrow tells a truncated stream from a finished one, which zstandard's reader does not. Imported here because only
    # a worker that reads a file needs it.
    import pyarrow

    stream = pyarrow.CompressedInputStream(pyarrow.PythonFile(file, mode="r"), "zstd")
    return cast(IO[bytes], io.BufferedReader(cast(Any, stream), buffer_size=256 * 1024))


def read_lines(stream: IO[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number, line); None stands for a line over MAX_LINE_BYTES, which is skipped without being held.

    Raises UnreadableFile: damaged_file, or file_too_large once more than `max_bytes` have been unpacked.
    """
    n_read = 0
    number = 0
    while True:
        line = _read(stream, MAX_LINE_BYTES + 1)
        if not line:
            return
        number += 1
        n_read += len(line)
        whole = len(line) <= MAX_LINE_BYTES
        while not line.endswith(b"\n") and not whole:
            line = _read(stream, _SKIP_BYTES)
            n_read += len(line)
            _refuse_above(n_read, max_bytes)
            if not line:
                break
        _refuse_above(n_read, max_bytes)
        yield number, line if whole else None


def _refuse_above(n_read: int, max_bytes: int) -> None:
    if n_read > max_bytes:
        raise UnreadableFile(ProblemCode.FILE_TOO_LARGE, limit=max_bytes // 2**20)


def _read(stream: IO[bytes], size: int) -> bytes:
    """Read to the end of the line, at most `size` bytes."""
    try:
        return stream.readline(size)
    except (EOFError, zlib.error) as error:
        raise UnreadableFile(ProblemCode.DAMAGED_FILE, reason=str(error)) from error
    except OSError as error:
        # gzip and Arrow report damaged data as an OSError without a number; one with a number comes from the disk.
        if error.errno is not None:
            raise
        raise UnreadableFile(ProblemCode.DAMAGED_FILE, reason=str(error)) from error
