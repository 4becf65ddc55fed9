"""Runs of calls to models elsewhere: judges and sampling."""

from enum import StrEnum

from annotate.domain.states.move import Move


class CallRunState(StrEnum):
    """A run of calls to models: a judge's comparisons, or the sampling of responses. Stopped: its budget is used up."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CallState(StrEnum):
    """One call to a model. Started: recorded before it is sent, so that no killed worker pays twice unknowingly."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


class CallOutcome(StrEnum):
    """What came of a call, each with a remedy of its own."""

    ANSWERED = "answered"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    EMPTY = "empty"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    WRONG_KEY = "wrong_key"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"


class JudgeLanguage(StrEnum):
    """In which language a judge is asked."""

    ZH = "zh"
    EN = "en"


class JudgeOrder(StrEnum):
    """How a judge is shown a pair: once, either way round, or both ways."""

    RANDOM = "random"
    BOTH = "both"


class JudgeScope(StrEnum):
    """Whose prompts a judge compares: those that people have settled, or those that nobody has begun."""

    ANNOTATED = "annotated"
    UNANNOTATED = "unannotated"


CALL_RUN_MOVES = {
    "start": Move((CallRunState.QUEUED,), CallRunState.RUNNING),
    "requeue": Move((CallRunState.RUNNING,), CallRunState.QUEUED),
    "finish": Move((CallRunState.RUNNING,), CallRunState.FINISHED),
    # What is left of the budget does not pay for another call.
    "stop": Move((CallRunState.RUNNING,), CallRunState.STOPPED),
    "fail": Move((CallRunState.QUEUED, CallRunState.RUNNING), CallRunState.FAILED),
    "cancel": Move((CallRunState.QUEUED, CallRunState.RUNNING), CallRunState.CANCELLED),
    "resume": Move((CallRunState.STOPPED, CallRunState.FAILED, CallRunState.CANCELLED), CallRunState.QUEUED),
    # The calls that failed are tried once more.
    "retry": Move((CallRunState.FINISHED,), CallRunState.QUEUED),
}
