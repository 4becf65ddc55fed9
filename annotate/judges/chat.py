"""Asks an OpenAI-compatible chat endpoint, and names whatever may go wrong.

Python's own http.client, one connection a thread. An asynchronous client was measured first: httpx costs 2.5 ms of
processor time a call, most of it in a parser written in Python, which no single process can pay 1,280 times a second;
http.client costs a third of a millisecond.
"""

import http.client
import json
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from select import POLLIN, poll
from threading import Lock
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from annotate.domain.states import CallOutcome
from annotate.judges.pace import LONGEST_PAUSE, Pace, pause_before
from annotate.judges.watch import Watch

MOST_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
EXCERPT = 300

Message = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChatEndpoint:
    """Where to ask which model, and how. `key` never leaves this object but in the header of a request."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    temperature: float = 0.0
    max_tokens: int = 1024
    timeout: float = 60.0
    tries: int = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking. `sent` tells that a request went out whole of which no usable answer came: perhaps paid.

    Token counts are None where the endpoint did not say. `detail` explains a failure, without key or request.
    """

    outcome: CallOutcome
    text: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0
    sent: bool = False
    detail: str = ""


class _Failure(Exception):
    def __init__(self, outcome: CallOutcome, detail: str = "", *, sent: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.sent = sent
        self.retry_after = retry_after


# Nothing was done and nothing is owed, so asking again is safe.
_REPEATED = (CallOutcome.RATE_LIMITED, CallOutcome.SERVER_ERROR, CallOutcome.CONNECTION)
_CONTEXT_LOCK = Lock()
_context: ssl.SSLContext | None = None


class ChatClient:
    """One connection to one endpoint, for one thread."""

    def __init__(self, endpoint: ChatEndpoint, pace: Pace, watch: Watch) -> None:
        self._endpoint = endpoint
        self._pace = pace
        self._watch = watch
        self._url = urlsplit(endpoint.base_url.rstrip("/") + "/chat/completions")
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, messages: Sequence[Message]) -> Answer:
        """Ask once; repeat only what the endpoint refused for the moment or what never reached it. Raises Stopped."""
        started = time.monotonic()
        for attempt in range(1, self._endpoint.tries + 1):
            self._pace.wait()
            asked = time.monotonic()
            try:
                return self._answer(self._exchange(messages), asked)
            except _Failure as failure:
                self.close()
                if failure.outcome not in _REPEATED or failure.sent or attempt == self._endpoint.tries:
                    seconds, detail = time.monotonic() - started, self._without_key(failure.detail)
                    return Answer(failure.outcome, sent=failure.sent, detail=detail, seconds=seconds)
                if failure.retry_after:
                    self._pace.hold(failure.retry_after)
                self._pace.sleep(pause_before(attempt))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Drop the connection; the next question opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _without_key(self, text: str) -> str:
        """Return what an endpoint said, should it repeat the key, without it."""
        return text.replace(self._endpoint.key, "•••") if self._endpoint.key else text

    def _exchange(self, messages: Sequence[Message]) -> bytes:
        """Send one request and return the body of a 200. Raises _Failure."""
        connection = self._connected()
        deadline = time.monotonic() + self._endpoint.timeout
        sent = False
        try:
            with self._watch.over(connection, deadline):
                connection.request("POST", self._target(), self._body(messages), self._headers())
                sent = True
                response = connection.getresponse()
                body = _read(response, deadline)
                # http.client asks nothing more on a connection whose last response is not closed.
                response.close()
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
                raise _Failure(CallOutcome.TIMEOUT, sent=sent) from error
            raise _Failure(CallOutcome.CONNECTION, type(error).__name__, sent=sent) from error
        if response.will_close:
            self.close()
        if response.status != http.HTTPStatus.OK:
            raise _refusal(response, body)
        return body

    def _connected(self) -> http.client.HTTPConnection:
        """Return the open connection, opening it if need be. Raises _Failure, with nothing sent."""
        if self._connection is not None and _hung_up(self._connection):
            self.close()
        if self._connection is None:
            connection = _open(self._url, self._endpoint.timeout)
            try:
                connection.connect()
            except TimeoutError as error:
                raise _Failure(CallOutcome.CONNECTION, "no connection in time") from error
            except OSError as error:
                raise _Failure(CallOutcome.CONNECTION, str(error.strerror or type(error).__name__)) from error
            self._connection = connection
        return self._connection

    def _target(self) -> str:
        return self._url.path + (f"?{self._url.query}" if self._url.query else "")

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._endpoint.key:
            headers["Authorization"] = f"Bearer {self._endpoint.key}"
        return headers

    def _body(self, messages: Sequence[Message]) -> bytes:
        asked = {
            "model": self._endpoint.model,
            "messages": list(messages),
            "temperature": self._endpoint.temperature,
            "max_tokens": self._endpoint.max_tokens,
        }
        return json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")

    def _answer(self, body: bytes, asked: float) -> Answer:
        """Return what a body says. Raises _Failure for one that is no chat completion."""
        try:
            parsed = json.loads(body)
            choice = parsed["choices"][0]
            message = choice["message"]
            text, refusal = message.get("content"), message.get("refusal")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise _Failure(CallOutcome.MALFORMED, _excerpt(body), sent=True) from error
        usage = parsed.get("usage") if isinstance(parsed.get("usage"), dict) else {}
        outcome = CallOutcome.ANSWERED
        if refusal or choice.get("finish_reason") == "content_filter":
            outcome, text = CallOutcome.REFUSED, refusal or text
        elif not isinstance(text, str) or not text.strip():
            outcome = CallOutcome.EMPTY
        return Answer(
            outcome,
            text=self._without_key(text.replace("\0", "")) if isinstance(text, str) else "",
            prompt_tokens=_count(usage.get("prompt_tokens")),
            completion_tokens=_count(usage.get("completion_tokens")),
            seconds=time.monotonic() - asked,
        )


def _open(url: SplitResult, timeout: float) -> http.client.HTTPConnection:
    """Return a connection, through the proxy that the environment names for such addresses."""
    host = url.hostname or ""
    default = 443 if url.scheme == "https" else 80
    proxy = None if proxy_bypass(host) else getproxies().get(url.scheme)
    through = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
    name, port = (through.hostname or "", through.port or 80) if through else (host, url.port or default)
    if url.scheme != "https":
        connection = http.client.HTTPConnection(name, port, timeout=timeout)
    else:
        connection = http.client.HTTPSConnection(name, port, timeout=timeout, context=_ssl_context())
    if through:
        connection.set_tunnel(host, url.port or default)
    return connection


def _ssl_context() -> ssl.SSLContext:
    """Return one context for all threads: loading the certificates takes tens of milliseconds."""
    global _context
    with _CONTEXT_LOCK:
        if _context is None:
            _context = ssl.create_default_context()
        return _context


def _hung_up(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has closed a connection on which nothing is awaited; a question on it would be lost."""
    if connection.sock is None:
        return True
    unawaited = poll()
    unawaited.register(connection.sock, POLLIN)
    return bool(unawaited.poll(0))


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """Return the body. Raises _Failure for one that is too long, before all of it is here."""
    parts: list[bytes] = []
    size = 0
    while part := response.read1(CHUNK_BYTES):
        size += len(part)
        parts.append(part)
        if size > MOST_BYTES:
            raise _Failure(CallOutcome.TOO_LARGE, f"more than {MOST_BYTES} bytes", sent=True)
        if time.monotonic() >= deadline:
            raise _Failure(CallOutcome.TIMEOUT, sent=True)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


def _refusal(response: http.client.HTTPResponse, body: bytes) -> _Failure:
    """Return what a status other than 200 means. The reason that the endpoint gives is kept, in short."""
    status, detail = response.status, f"HTTP {response.status}: {_reason(body)}"
    if status == 429:
        return _Failure(CallOutcome.RATE_LIMITED, detail, retry_after=_retry_after(response.getheader("Retry-After")))
    if status >= 500:
        return _Failure(CallOutcome.SERVER_ERROR, detail)
    named = {401: CallOutcome.WRONG_KEY, 403: CallOutcome.WRONG_KEY, 404: CallOutcome.NOT_FOUND}
    return _Failure(named.get(status, CallOutcome.REJECTED), detail)


def _reason(body: bytes) -> str:
    try:
        parsed: Any = json.loads(body)
        error = parsed.get("error", parsed)
        return str(error.get("message", "") if isinstance(error, dict) else error)[:EXCERPT]
    except (ValueError, AttributeError, RecursionError):
        return _excerpt(body)


def _excerpt(body: bytes) -> str:
    return body[:EXCERPT].decode("utf-8", "replace").replace("\0", "")


def _retry_after(header: str | None) -> float:
    """Return the seconds that a Retry-After names, in either of its forms, within reason."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except ValueError:
            return 0.0
    return max(0.0, min(seconds, LONGEST_PAUSE))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
