"""Named failures of the engine, and what becomes of them at the edge of the process."""

import errno
from collections.abc import Iterator

EXIT_FAILED = 1
EXIT_NAMED_ERROR = 2

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class EngineError(Exception):
    """A failure with a stable `code` and a message for the person who started the run."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


class Stopped(BaseException):
    """SIGTERM or SIGINT ended the run in order; `signal_number` says which.

    No Exception: it may be raised anywhere, and whoever turns what a library raises into a reason must not catch it.
    """

    def __init__(self, signal_number: int):
        super().__init__(f"stopped by signal {signal_number}")
        self.exit_code = 128 + signal_number


def named_error(error: BaseException) -> EngineError | None:
    """The EngineError that `error` amounts to, or None where it is a defect and not a known failure."""
    for cause in _causes(error):
        if isinstance(cause, EngineError):
            return cause
        if _says_no_space(cause):
            return EngineError("disk_full", f"No space is left on the disk of the run folder ({cause}).")
        if type(cause).__name__ == "OutOfMemoryError":
            return EngineError(
                "out_of_memory",
                "The device ran out of memory. Lower token_budget or max_length, or set "
                f"gradient_checkpointing. ({str(cause).splitlines()[0]})",
            )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _says_no_space(error: BaseException) -> bool:
    # safetensors and torch wrap the system's error in their own types and keep only its text.
    is_system_error = isinstance(error, OSError) and error.errno in _NO_SPACE
    return is_system_error or "No space left on device" in str(error)
