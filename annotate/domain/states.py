"""Every state machine once, as a table: {action: (states it may start from, state it ends in)}.

A service moves a row by one conditional UPDATE whose WHERE lists the first and whose SET is the second; a move that is
not here does not exist.
"""

from enum import StrEnum
from typing import NamedTuple


class PromptState(StrEnum):
    """Where a prompt is on its way to a ranking."""

    STAGED = "staged"
    IMPORTED = "imported"
    AWAITING_RESPONSES = "awaiting_responses"
    ANNOTATING = "annotating"
    DISCUSSION = "discussion"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class AssignmentState(StrEnum):
    """Whether one slot (a task in a pass) is free, held by somebody, done, or no longer wanted."""

    OPEN = "open"
    LEASED = "leased"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"


class ImportState(StrEnum):
    """An import job: every line is checked first, and only then is anything written."""

    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"


class SetState(StrEnum):
    """A preference set; a frozen one never changes again."""

    FREEZING = "freezing"
    FROZEN = "frozen"
    FAILED = "failed"


class RunState(StrEnum):
    """A training run."""

    QUEUED = "queued"
    RUNNING = "running"
    BENCHMARKING = "benchmarking"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Move(NamedTuple):
    """One line of a state table."""

    before: tuple[str, ...]
    after: str


PROMPT_MOVES = {
    "import": Move((PromptState.STAGED,), PromptState.IMPORTED),
    "import_without_responses": Move((PromptState.STAGED,), PromptState.AWAITING_RESPONSES),
    "set_up_tasks": Move((PromptState.IMPORTED,), PromptState.ANNOTATING),
    "agree": Move((PromptState.ANNOTATING,), PromptState.ACCEPTED),
    "disagree": Move((PromptState.ANNOTATING,), PromptState.DISCUSSION),
    "adjudicate": Move((PromptState.DISCUSSION,), PromptState.ACCEPTED),
    "drop": Move(
        (
            PromptState.IMPORTED,
            PromptState.AWAITING_RESPONSES,
            PromptState.ANNOTATING,
            PromptState.DISCUSSION,
            PromptState.ACCEPTED,
        ),
        PromptState.DROPPED,
    ),
}

ASSIGNMENT_MOVES = {
    "lease": Move((AssignmentState.OPEN,), AssignmentState.LEASED),
    "release": Move((AssignmentState.LEASED,), AssignmentState.OPEN),
    "submit": Move((AssignmentState.LEASED,), AssignmentState.SUBMITTED),
    "cancel": Move((AssignmentState.OPEN, AssignmentState.LEASED), AssignmentState.CANCELLED),
}

IMPORT_MOVES = {
    "finish_check": Move((ImportState.CHECKING,), ImportState.CHECKED),
    "commit": Move((ImportState.CHECKED,), ImportState.IMPORTING),
    "finish": Move((ImportState.IMPORTING,), ImportState.DONE),
    "fail": Move((ImportState.CHECKING, ImportState.IMPORTING), ImportState.FAILED),
}

SET_MOVES = {
    "freeze": Move((SetState.FREEZING,), SetState.FROZEN),
    "fail": Move((SetState.FREEZING,), SetState.FAILED),
}

RUN_MOVES = {
    "start": Move((RunState.QUEUED,), RunState.RUNNING),
    "benchmark": Move((RunState.RUNNING,), RunState.BENCHMARKING),
    "succeed": Move((RunState.RUNNING, RunState.BENCHMARKING), RunState.SUCCEEDED),
    "fail": Move((RunState.QUEUED, RunState.RUNNING, RunState.BENCHMARKING), RunState.FAILED),
    "cancel": Move((RunState.QUEUED, RunState.RUNNING, RunState.BENCHMARKING), RunState.CANCELLED),
    "requeue": Move((RunState.RUNNING, RunState.BENCHMARKING), RunState.QUEUED),
    "resume": Move((RunState.FAILED, RunState.CANCELLED), RunState.QUEUED),
}


class Verdict(StrEnum):
    """What is said of a comparison (response a, response b)."""

    A = "a"
    B = "b"
    EQUAL = "equal"


class ComparisonKind(StrEnum):
    """Who says it: an annotator, an AI judge, or a QA lead who settles a disagreement."""

    HUMAN = "human"
    JUDGE = "judge"
    ADJUDICATION = "adjudication"


class RoleName(StrEnum):
    """What a member of a project may do."""

    OWNER = "owner"
    RESEARCHER = "researcher"
    ANNOTATOR = "annotator"
    DELIVERY_REVIEWER = "delivery_reviewer"
    OPERATIONS_REVIEWER = "operations_reviewer"
    RESEARCH_REVIEWER = "research_reviewer"


class Subset(StrEnum):
    """The two kinds of prompt source, reported apart (PROTOCOL 2)."""

    OPEN = "open"
    HUMAN = "human"


class Split(StrEnum):
    """Where a prompt of a preference set goes."""

    TRAIN = "train"
    OPEN = "open"
    HUMAN = "human"
