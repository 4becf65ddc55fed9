"""How long 10,000 judge calls take: python -m bench.judging [--calls N]

A local server answers every call after 50 ms; a worker process asks it at concurrency 64 and writes every row into
SQLite in a folder of its own. Fails if that takes more than 1.2 times the ideal time (calls x 0.05 s / 64). Server and
worker share this machine; the worker's processor time is reported too, since that is what other work on the machine
does not change.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from typing import Any

from bench.embedded import embedded

DELAY, CONCURRENCY, MOST_RATIO = 0.05, 64, 1.2
PAIRS_OF_FIVE = 10


class Judge(asyncio.Protocol):
    """Answers every request on a connection after DELAY; a server made to cost next to nothing."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = self.received[:end].lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.received) < end + 4 + length:
                return
            self.received = self.received[end + 4 + length :]
            asyncio.get_running_loop().call_later(DELAY, self.transport.write, answer())


def answer() -> bytes:
    usage = {"prompt_tokens": 900, "completion_tokens": 60}
    choice = {"message": {"role": "assistant", "content": "回答 A 更完整，回答 B 有一处错误。\n" + '{"verdict": "A"}'}}
    body = json.dumps({"choices": [choice], "usage": usage}, ensure_ascii=False).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Judge, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def measure(port: int, n_calls: int) -> float:
    """Judge in this process, on a database of its own; return how often the ideal time it took."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.annotate.judged import endpoint, execute, settled_prompts, trial
    from tests.people import cast

    people = cast()
    settled_prompts(people.project, n_calls // PAIRS_OF_FIVE, n_responses=5)
    asked = endpoint(people, f"http://127.0.0.1:{port}/v1", concurrency=CONCURRENCY)
    run = trial(people, asked, n_prompts=n_calls // PAIRS_OF_FIVE)
    started, used = time.perf_counter(), time.process_time()
    run = execute(run)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    assert (run.state, run.n_done) == ("finished", n_calls), (run.state, run.error)
    ideal = n_calls * DELAY / CONCURRENCY
    print(f"{n_calls} calls: {seconds:.1f} s, {seconds / ideal:.2f} times the ideal {ideal:.1f} s; planning, rows and")
    print(f"report included; {1000 * used / n_calls:.2f} ms of processor time a call")
    return seconds / ideal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    with embedded():
        command = [sys.executable, "-m", "bench.judging", "--serve"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                ratio = measure(int(server.stdout.readline()), options.calls)
            finally:
                server.kill()
    return 0 if ratio <= MOST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
