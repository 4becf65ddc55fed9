"""The broker of a site without servers: kombu's folder, but nothing in it can be read before it is written."""

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

Binding = filesystem.exchange_queue_t


class Channel(filesystem.Channel):  # type: ignore[misc]
    """kombu creates a file under its name and then fills it.

    A worker that looks in between loses the message, and whoever reads which queues an exchange has fails.
    """

    def _put(self, queue: str, message: Any, **_options: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}"
        folder = Path(self.data_folder_out)
        # Whoever looks for messages passes over any other ending.
        draft = folder / f"{name}.draft"
        try:
            draft.write_text(str(dumps(message)), encoding="utf-8")
            draft.replace(folder / f"{name}.{queue}.msg")
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ChannelError(f"No message can be written to {folder}: {error}") from error

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._table(exchange) as table:
            if binding not in table:
                table.insert(0, binding)

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_args: Any, **_kw: Any) -> None:  # type: ignore[override]
        self._purge(queue)
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._table(exchange) as table:
            if binding in table:
                table.remove(binding)

    @contextmanager
    def _table(self, exchange: str) -> Iterator[list[Binding]]:
        """Yield the bindings of an exchange, to be changed, while nobody else changes any; readers see all or none."""
        file = Path(self._exchange_file(exchange))
        with file.with_name("lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.get_table(exchange)
            table = list(before)
            yield table
            if table != before:
                draft = file.with_suffix(".draft")
                draft.write_text(str(dumps(table)), encoding="utf-8")
                draft.replace(file)


class Transport(filesystem.Transport):  # type: ignore[misc]
    """The transport of that channel; `filesystem://` is this one (annotation_site/celery.py)."""

    Channel = Channel
