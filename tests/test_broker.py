"""The broker that is a folder: whoever looks while something is written finds it whole, or not yet."""

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

import annotation_site.celery  # noqa: F401 - sets the transport that the site uses

N, LENGTH = 30, 2_000_000
N_EXCHANGES, BINDERS = 400, ("one", "other")
SPAWN = multiprocessing.get_context("spawn")


def connected(folder: Path) -> Connection:
    """Connect as the site does, to folders of our own."""
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    return Connection("filesystem://localhost//", transport_options=options)


def send(folder: Path) -> None:
    with connected(folder) as connection:
        for number in range(N):
            connection.default_channel._put("cpu", {"number": number, "text": "好" * LENGTH})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_no_message_is_taken_half_written(folder: Path) -> None:
    sender = SPAWN.Process(target=send, args=(folder,))
    sender.start()
    taken = []
    with connected(folder) as connection:
        while len(taken) < N:
            try:
                message = connection.default_channel._get("cpu")
            except Empty:
                assert sender.exitcode is None or any((folder / "messages").iterdir())
                continue
            assert len(message["text"]) == LENGTH
            taken.append(message["number"])
    sender.join()
    assert taken == list(range(N))
    assert list((folder / "messages").iterdir()) == []


def bind(folder: Path, queue: str, barrier: Barrier) -> None:
    with connected(folder) as connection:
        channel = connection.default_channel
        for number in range(N_EXCHANGES):
            barrier.wait(60)
            channel.exchange_declare(f"exchange{number}")
            channel.queue_bind(queue, f"exchange{number}", "key")
            channel.get_table(f"exchange{number}")
        barrier.wait(60)
        tables = [channel.get_table(f"exchange{number}") for number in range(N_EXCHANGES)]
        assert all({binding.queue for binding in table} == set(BINDERS) for table in tables)
        barrier.wait(60)
        channel.queue_delete(queue)


def test_of_two_who_bind_queues_to_a_new_exchange_none_is_forgotten(folder: Path) -> None:
    barrier = SPAWN.Barrier(2)
    binders = [SPAWN.Process(target=bind, args=(folder, queue, barrier)) for queue in BINDERS]
    for binder in binders:
        binder.start()
    for binder in binders:
        binder.join()
    assert [binder.exitcode for binder in binders] == [0, 0]
    assert {file.read_text() for file in (folder / "control").glob("*.exchange")} == {"[]"}
