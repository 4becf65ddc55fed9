"""One person's browser, as far as the API is concerned: a session cookie, the CSRF header, JSON."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

TIMEOUT_SECONDS = 120.0


class Refused(Exception):
    """The site refused a request; `code` is its reason for programs."""

    def __init__(self, request: httpx.Request, response: httpx.Response) -> None:
        try:
            body = response.json()
        except ValueError:
            body = {}
        self.status = response.status_code
        self.code = str(body.get("code", ""))
        self.errors = body.get("errors", [])
        message = body.get("message") or response.text[:300]
        super().__init__(f"{request.method} {request.url.path}: {self.status} {self.code}: {message}")


class Client:
    """A person at the site. Every method returns the answer's JSON and raises Refused for anything above 399."""

    def __init__(self, address: str, username: str) -> None:
        self.username = username
        self._http = httpx.Client(base_url=f"{address}/api/", timeout=TIMEOUT_SECONDS, trust_env=False)

    def log_in(self, password: str) -> None:
        """Open a session."""
        self.get("session")
        self.post("session", {"username": self.username, "password": password})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Read."""
        return self._send("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Any:
        """Create, or do."""
        return self._send("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        """Set."""
        return self._send("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        """Change."""
        return self._send("PATCH", path, json=body)

    def upload(self, path: str, file: Path, fields: dict[str, str]) -> Any:
        """Send a file with form fields."""
        with file.open("rb") as opened:
            return self._send("POST", path, data=fields, files={"file": (file.name, opened)})

    def rows(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the rows of a list, page by page."""
        page = self.get(path, limit=200, **query)
        yield from page["results"]
        while page["next"]:
            page = self.get(path, limit=200, cursor=page["next"], **query)
            yield from page["results"]

    def download(self, path: str, target: Path) -> str:
        """Write an answer to `target` as it comes and return its SHA-256."""
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with self._http.stream("GET", path) as response, target.open("wb") as file:
            if response.is_error:
                response.read()
                raise Refused(response.request, response)
            for chunk in response.iter_bytes():
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    def _send(self, method: str, path: str, **options: Any) -> Any:
        headers = {} if method == "GET" else {"X-CSRFToken": self._http.cookies.get("csrftoken") or ""}
        response = self._http.request(method, path, headers=headers, **options)
        if response.is_error:
            raise Refused(response.request, response)
        return response.json() if response.content else None
