"""A real HTTP server that speaks the chat protocol, and misbehaves on demand."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the server does with one request: an answer, or what goes wrong with it."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    # Cuts the connection instead of answering.
    drop: bool = False
    # Promises more than it sends.
    half: bool = False
    # Sends a byte at a time for as long as anybody reads.
    drip: bool = False


def said(text: str | None, prompt_tokens: int = 100, completion_tokens: int = 20, **message: Any) -> Reply:
    """Return a proper answer."""
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": "stop"}
    return Reply(body=json.dumps({"choices": [choice], "usage": usage}, ensure_ascii=False).encode())


def refused(status: int, message: str = "no", **headers: str) -> Reply:
    """Return an error as endpoints phrase it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), named)


HALF_JSON = Reply(body=b'{"choices": [{"message": {"content": "A')
HUGE = Reply(body=b'{"choices": [{"message": {"content": "' + b"A" * 10 * 1024 * 1024 + b'"}}]}')


class ModelServer:
    """Answers by `behave`, which gets the body of a request and how many came before; keeps what it was asked."""

    def __init__(self) -> None:
        self.behave: Callable[[Body, int], Reply] = lambda body, n: said("结论：A")
        self.asked: list[Body] = []
        self.keys: list[str | None] = []
        self.n_connections = 0
        self.lock = threading.Lock()
        self.url = ""

    def take(self, body: Body, key: str | None) -> Reply:
        with self.lock:
            n = len(self.asked)
            self.asked.append(body)
            self.keys.append(key)
        return self.behave(body, n)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model: ModelServer
    over: threading.Event

    def setup(self) -> None:
        super().setup()
        self.model.n_connections += 1

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/chat/completions", self.path
        reply = self.model.take(body, self.headers.get("Authorization"))
        if reply.drop:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + (100 if reply.half else 0) + 10**6 * reply.drip))
        self.end_headers()
        self.close_connection = self.close_connection or reply.half or reply.drip
        try:
            self.wfile.write(reply.body)
            while reply.drip and not self.over.wait(0.05):
                self.wfile.write(b" ")
        except OSError:
            # Whoever asked has had enough.
            self.close_connection = True

    def log_message(self, *about: Any) -> None:
        return


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Yield a server that listens on a port of its own."""
    model, over = ModelServer(), threading.Event()
    handler = type("OwnHandler", (Handler,), {"model": model, "over": over})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        try:
            yield model
        finally:
            over.set()
            server.shutdown()
            thread.join()
