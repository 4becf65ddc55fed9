"""Django for benchmarks that need no server, whatever the environment names: make bench names PostgreSQL and Redis."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def embedded() -> Iterator[None]:
    """Within, settings are those of an embedded site without a row, in a folder that goes away at the end."""
    with tempfile.TemporaryDirectory(prefix="cheems-bench-") as folder:
        for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
            os.environ.pop(name, None)
        os.environ |= {"CHEEMS_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "annotation_site.settings"}
        yield
