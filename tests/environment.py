"""Loaded before Django reads its settings: the tests keep everything in a folder of their own."""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack

from simulator.servers import fresh_broker

_FOLDER = tempfile.mkdtemp(prefix="cheems-test-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["CHEEMS_DATA_DIR"] = _FOLDER
# Each process of a divided run has a broker of its own, as it has a database: it would take the other's messages.
_SERVERS = ExitStack()
atexit.register(_SERVERS.close)
if "PYTEST_XDIST_WORKER" in os.environ and (_BROKER := os.environ.get("CELERY_BROKER_URL")):
    os.environ["CELERY_BROKER_URL"] = _SERVERS.enter_context(fresh_broker(_BROKER))
os.environ.setdefault("SECRET_KEY", "a key for tests only")
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver")
os.environ.setdefault("SECURE_COOKIES", "0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("LOGIN_RATE", "10000/min")
# A plug-in of Playwright runs an event loop in the tests' thread; the ORM is used from that thread alone.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
