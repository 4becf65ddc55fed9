"""python -m rm_training.engine.serve: a local model behind the address that OpenAI-compatible clients ask.

For responses and judgements of a transformers model where no server for it runs: start this, and register
http://127.0.0.1:9100/v1 as an endpoint. For many prompts and a large model vLLM is faster.
"""

import argparse
import json
import math
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from rm_training.engine.command import EXIT_CODES, run_command
from rm_training.engine.errors import EngineError, named_error

if TYPE_CHECKING:
    from rm_training.engine.generate import Sampling, Writer

MOST_BYTES = 4 * 1024 * 1024
ROLES = ("system", "user", "assistant")


class Refused(Exception):
    """A request that cannot be answered: an HTTP status, and what is wrong with it."""

    def __init__(self, status: HTTPStatus, code: str, message: str):
        super().__init__(message)
        self.status, self.code = status, code


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.serve",
        description="Serve a causal language model at /v1/chat/completions, as OpenAI-compatible clients ask it. It "
        "has no key and listens on this machine alone, unless --host says otherwise. SIGTERM or SIGINT ends it.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--model", required=True, help="folder, Hugging Face name or modelscope:NAME; safetensors only")
    parser.add_argument("--name", help="what clients call the model (default: the last part of --model)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100, help="0: any free one, which is printed (default: 9100)")
    parser.add_argument("--batch", type=int, default=16, help="questions answered together at most (default: 16)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), default="auto")
    parser.add_argument(
        "--allow-code", metavar="SHA256", help="let the model folder's own code run, if it has this hash"
    )
    options = parser.parse_args(arguments)
    return run_command(lambda: serve(options))


def serve(options: argparse.Namespace) -> None:
    # torch and transformers take seconds to import: --help and a bad option do not wait for them.
    from rm_training.engine.generate import Writer
    from rm_training.engine.model import Runtime

    if options.batch < 1:
        raise EngineError("invalid_option", f"--batch must be at least 1, not {options.batch}.")
    print(f"loading {options.model}", file=sys.stderr)
    runtime = Runtime.choose(options.device, options.precision)
    writer = Writer.load(options.model, runtime, batch=options.batch, allowed_code=options.allow_code)
    name = options.name or Path(options.model).name
    try:
        server = ModelServer((options.host, options.port), writer, name)
    except OSError as error:
        message = f"{options.host}:{options.port} cannot be listened on: {error.strerror}."
        raise EngineError("address_not_free", message) from error
    _stop_on_signal(server)
    print(f"{name} answers at http://{options.host}:{server.server_port}/v1", flush=True)
    server.serve_forever()
    server.server_close()
    writer.close()


def _stop_on_signal(server: ThreadingHTTPServer) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        # shutdown waits for serve_forever, which runs in this very thread.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


@dataclass(frozen=True)
class Question:
    """What a request asks."""

    messages: list[dict[str, str]]
    sampling: "Sampling"


def question_of(body: bytes, name: str) -> Question:
    """Read a request. Raises Refused, which names the field."""
    from rm_training.engine.generate import Sampling

    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad("invalid_json", "The request is not JSON.") from error
    if not isinstance(asked, dict):
        raise _bad("invalid_json", "The request must be a JSON object.")
    if asked.get("model") != name:
        raise Refused(HTTPStatus.NOT_FOUND, "model_not_found", f"model: only {name!r} is served here.")
    if asked.get("stream") or asked.get("n", 1) != 1:
        raise _bad("not_supported", "stream, n: one whole answer a request is all there is.")
    default = Sampling()
    sampling = Sampling(
        temperature=_number(asked, "temperature", default.temperature, 0, 10),
        top_p=_number(asked, "top_p", default.top_p, 0.001, 1),
        max_tokens=int(_number(asked, "max_tokens", default.max_tokens, 1, 10**6)),
    )
    return Question(_messages(asked.get("messages")), sampling)


def _messages(given: Any) -> list[dict[str, str]]:
    if not isinstance(given, list) or not given:
        raise _bad("invalid_messages", "messages: give a list of at least one message.")
    for place, message in enumerate(given):
        known = isinstance(message, dict) and message.get("role") in ROLES and isinstance(message.get("content"), str)
        if not known:
            raise _bad(
                "invalid_messages", f"messages[{place}]: needs a role of {', '.join(ROLES)} and a content of text."
            )
    return [{"role": message["role"], "content": message["content"]} for message in given]


def _number(asked: dict[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = asked.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad("invalid_value", f"{name}: must be a number.")
    if not least <= value <= most:
        raise _bad("invalid_value", f"{name}: must lie in {least:g} to {most:g}.")
    return value


def _bad(code: str, message: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, code, message)


class ModelServer(ThreadingHTTPServer):
    """Answers each request in a thread of its own; the model's thread puts them together."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], writer: "Writer", name: str):
        super().__init__(address, Handler)
        self.writer, self.name = writer, name


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_GET(self) -> None:
        """Tell which model is served."""
        if self.path == "/v1/models":
            self._reply(HTTPStatus.OK, {"object": "list", "data": [{"id": self.server.name, "object": "model"}]})
        else:
            self._refuse(self._nothing_here())

    def do_POST(self) -> None:
        """Answer a question."""
        try:
            body = self._body()
            if self.path != "/v1/chat/completions":
                raise self._nothing_here()
            self._reply(HTTPStatus.OK, answered(self.server.writer, self.server.name, body))
        except Refused as refused:
            self._refuse(refused)
        except Exception as error:  # the edge of the request: whoever asked hears of it, and the server goes on
            self._refuse(refusal_of(error))

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        # What is not read would be taken for the next request.
        self.close_connection = not length.isdecimal() or int(length) > MOST_BYTES
        if not length.isdecimal():
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "length_required", "Content-Length is missing.")
        if self.close_connection:
            message = f"A request may have {MOST_BYTES} bytes, not {length}."
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
        return self.rfile.read(int(length))

    def _nothing_here(self) -> Refused:
        return Refused(HTTPStatus.NOT_FOUND, "not_found", f"There is nothing at {self.path}.")

    def _refuse(self, refused: Refused) -> None:
        self._reply(refused.status, {"error": {"code": refused.code, "message": str(refused)}})

    def _reply(self, status: HTTPStatus, shown: dict[str, Any]) -> None:
        body = json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: Any) -> None:
        """Say nothing: a line for every request would hide what matters."""


def refusal_of(error: Exception) -> Refused:
    """Return what to answer where the model failed; a question that is at fault is the client's."""
    known = named_error(error)
    if known is None:
        traceback.print_exception(error)
        return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", type(error).__name__)
    at_fault = known.code in ("too_long", "bad_messages")
    status = HTTPStatus.BAD_REQUEST if at_fault else HTTPStatus.INTERNAL_SERVER_ERROR
    return Refused(status, known.code, known.message)


def answered(writer: "Writer", name: str, body: bytes) -> dict[str, Any]:
    """Return the chat completion that a request asks for. Raises Refused, EngineError."""
    question = question_of(body, name)
    written = writer.write(question.messages, question.sampling)
    used: Sequence[int] = (written.prompt_tokens, written.completion_tokens)
    return {
        "object": "chat.completion",
        "created": int(time.time()),
        "model": name,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": written.text},
                "finish_reason": "stop" if written.ended else "length",
            }
        ],
        "usage": {"prompt_tokens": used[0], "completion_tokens": used[1], "total_tokens": sum(used)},
    }


if __name__ == "__main__":
    raise SystemExit(main())
