"""What can be wrong with a request, as exceptions that services raise and the API turns into answers."""

from typing import Any


class Problem(Exception):
    """A refusal. `code` names it for programs, `message` says it to people, `errors` points at fields."""

    status = 400

    def __init__(self, code: str, message: Any, *, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.errors = errors or []


class Invalid(Problem):
    """The request itself is wrong (400)."""


class Forbidden(Problem):
    """The person may see the thing but not do this to it (403)."""

    status = 403


class NotFound(Problem):
    """There is no such thing in this person's scope (404)."""

    status = 404


class Conflict(Problem):
    """The thing is no longer in the state that the request supposes (409)."""

    status = 409
