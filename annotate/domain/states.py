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
    ESCALATED_DELIVERY = "escalated_delivery"
    ESCALATED_OPERATIONS = "escalated_operations"
    ESCALATED_RESEARCH = "escalated_research"
    SETTLED = "settled"
    DELIVERY_REVIEW = "delivery_review"
    OPERATIONS_REVIEW = "operations_review"
    RESEARCH_REVIEW = "research_review"
    ACCEPTED = "accepted"
    GOLD = "gold"
    DROPPED = "dropped"


ESCALATED = (PromptState.ESCALATED_DELIVERY, PromptState.ESCALATED_OPERATIONS, PromptState.ESCALATED_RESEARCH)
IN_REVIEW = (PromptState.DELIVERY_REVIEW, PromptState.OPERATIONS_REVIEW, PromptState.RESEARCH_REVIEW)


class AssignmentState(StrEnum):
    """Whether one slot (a task in a pass) is free, held by somebody, done, or no longer wanted."""

    OPEN = "open"
    LEASED = "leased"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"


class AssignmentKind(StrEnum):
    """What a slot is for. To whom it is dealt, all but an exam look the same."""

    WORK = "work"
    GOLD = "gold"
    REPEAT = "repeat"
    EXAM = "exam"


class DiscussionState(StrEnum):
    """An alignment discussion: under way, or how it ended."""

    OPEN = "open"
    AGREED = "agreed"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"


class ReviewStage(StrEnum):
    """The teams that disagreements escalate to and that review samples, in order (PROTOCOL 5 and 6)."""

    DELIVERY = "delivery"
    OPERATIONS = "operations"
    RESEARCH = "research"


class ReviewState(StrEnum):
    """One review of one prompt at one stage; overruled: the reviewer put a decision in place of a verdict."""

    WAITING = "waiting"
    APPROVED = "approved"
    OVERRULED = "overruled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ReviewKind(StrEnum):
    """Whether a review decides about a prompt, or measures the reviewer on one whose outcome is known."""

    WORK = "work"
    GOLD = "gold"


class ExamState(StrEnum):
    """One attempt at the entrance exam of a category."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


class ExpertiseState(StrEnum):
    """Where a person stands in a category: nothing said, qualified (exam or by hand), failed for now, or barred."""

    OPEN = "open"
    QUALIFIED = "qualified"
    FAILED = "failed"
    BARRED = "barred"


class AgreementMeasure(StrEnum):
    """How agreement counts: same label; only pairs that both order; or half where one says equal and one orders."""

    EXACT = "exact"
    ORDERED = "ordered"
    WEIGHTED = "weighted"


class Severity(StrEnum):
    """How much a fault in a response weighs."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class ReturnTo(StrEnum):
    """Who does rejected work again."""

    SAME = "same"
    OTHER = "other"


class NoticeKind(StrEnum):
    """What the site tells a person without being asked."""

    RETURNED_WORK = "returned_work"
    DISCUSSION_OPENED = "discussion_opened"
    DISCUSSION_REPLY = "discussion_reply"
    ESCALATION = "escalation"
    PERSON_PAUSED = "person_paused"
    PERSON_RESUMED = "person_resumed"
    BATCH_RETURNED = "batch_returned"
    GUIDELINE_CHANGED = "guideline_changed"
    EXAM_RESULT = "exam_result"


class ImportState(StrEnum):
    """An import job: every line is checked first, and only then is anything written."""

    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"


class FilterState(StrEnum):
    """A run of the filters: a dry run first; a newer one takes the place of what was not applied."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class FlagCode(StrEnum):
    """What a response is flagged for (domain/flags.py)."""

    TOO_LONG = "too_long"
    NOT_CHINESE = "not_chinese"
    REPETITION = "repetition"
    NEAR_DUPLICATE = "near_duplicate"
    CONTROL_TOKENS = "control_tokens"
    NOTICE = "notice"


class FlagState(StrEnum):
    """A flag of a response: found in a dry run; the response taken out, or sent to QA; or a person says it is fine."""

    FOUND = "found"
    EXCLUDED = "excluded"
    REFERRED = "referred"
    OVERRULED = "overruled"


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


class EvaluationState(StrEnum):
    """A job that measures a reward model on the benchmark of a set."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ModelKind(StrEnum):
    """Where a reward model comes from: trained here, or registered from elsewhere."""

    TRAINED = "trained"
    EXTERNAL = "external"


class BoardKind(StrEnum):
    """What a row of the leaderboard is: a model of ours, somebody else's, or a judge that writes its verdict."""

    TRAINED = "trained"
    EXTERNAL = "external"
    JUDGE = "judge"


class Adapter(StrEnum):
    """How the engine asks an external model for a reward."""

    AUTO = "auto"
    CHAT = "chat"
    PAIR = "pair"
    VALUE_HEAD = "value_head"
    GENERATIVE = "generative"


class PromotionRule(StrEnum):
    """How a project's current model is replaced without anybody asking: not at all, or by one that is surely better."""

    OFF = "off"
    BETTER = "better"


class PromotionState(StrEnum):
    """A proposal to make a model the current one; `kept`: the one before stayed."""

    WAITING = "waiting"
    PROMOTED = "promoted"
    KEPT = "kept"
    FAILED = "failed"


class Move(NamedTuple):
    """One line of a state table."""

    before: tuple[str, ...]
    after: str


PROMPT_MOVES = {
    "import": Move((PromptState.STAGED,), PromptState.IMPORTED),
    "import_without_responses": Move((PromptState.STAGED,), PromptState.AWAITING_RESPONSES),
    # Responses were sampled for it; it goes on as one that was imported with them.
    "receive_responses": Move((PromptState.AWAITING_RESPONSES,), PromptState.IMPORTED),
    "set_up_tasks": Move((PromptState.IMPORTED,), PromptState.ANNOTATING),
    "make_gold": Move((PromptState.ANNOTATING,), PromptState.GOLD),
    # The passes agree: at once, or after their discussion.
    "agree": Move((PromptState.ANNOTATING,), PromptState.SETTLED),
    "disagree": Move((PromptState.ANNOTATING,), PromptState.DISCUSSION),
    "align": Move((PromptState.DISCUSSION,), PromptState.SETTLED),
    # A discarded response leaves pairs that nobody has compared yet.
    "rebuild": Move((PromptState.DISCUSSION, *ESCALATED), PromptState.ANNOTATING),
    "escalate_to_delivery": Move((PromptState.DISCUSSION,), PromptState.ESCALATED_DELIVERY),
    "escalate_to_operations": Move((PromptState.ESCALATED_DELIVERY,), PromptState.ESCALATED_OPERATIONS),
    "escalate_to_research": Move((PromptState.ESCALATED_OPERATIONS,), PromptState.ESCALATED_RESEARCH),
    "adjudicate": Move(ESCALATED, PromptState.SETTLED),
    # From SETTLED on, a prompt visits the stages whose samples it was drawn into, and no other.
    "send_to_delivery": Move((PromptState.SETTLED,), PromptState.DELIVERY_REVIEW),
    "send_to_operations": Move((PromptState.SETTLED, PromptState.DELIVERY_REVIEW), PromptState.OPERATIONS_REVIEW),
    "send_to_research": Move(
        (PromptState.SETTLED, PromptState.DELIVERY_REVIEW, PromptState.OPERATIONS_REVIEW), PromptState.RESEARCH_REVIEW
    ),
    "accept": Move((PromptState.SETTLED, *IN_REVIEW), PromptState.ACCEPTED),
    # An annotator takes back what nobody has reviewed yet.
    "withdraw": Move((PromptState.SETTLED, *IN_REVIEW, PromptState.ACCEPTED), PromptState.ANNOTATING),
    # Work that a reviewer rejected goes back: one prompt's, or a whole batch of an annotator's.
    "reject": Move(IN_REVIEW, PromptState.ANNOTATING),
    "drop": Move(
        (
            PromptState.IMPORTED,
            PromptState.AWAITING_RESPONSES,
            PromptState.ANNOTATING,
            PromptState.DISCUSSION,
            *ESCALATED,
            PromptState.SETTLED,
            *IN_REVIEW,
            PromptState.ACCEPTED,
            PromptState.GOLD,
        ),
        PromptState.DROPPED,
    ),
}

ASSIGNMENT_MOVES = {
    "lease": Move((AssignmentState.OPEN,), AssignmentState.LEASED),
    "release": Move((AssignmentState.LEASED,), AssignmentState.OPEN),
    "submit": Move((AssignmentState.LEASED,), AssignmentState.SUBMITTED),
    "cancel": Move((AssignmentState.OPEN, AssignmentState.LEASED), AssignmentState.CANCELLED),
    # Its author takes back what was submitted, and holds the slot again.
    "withdraw": Move((AssignmentState.SUBMITTED,), AssignmentState.LEASED),
    # A reviewer rejected what was submitted.
    "reopen": Move((AssignmentState.SUBMITTED,), AssignmentState.OPEN),
}

DISCUSSION_MOVES = {
    "agree": Move((DiscussionState.OPEN,), DiscussionState.AGREED),
    "escalate": Move((DiscussionState.OPEN,), DiscussionState.ESCALATED),
    "withdraw": Move((DiscussionState.OPEN,), DiscussionState.WITHDRAWN),
}

REVIEW_MOVES = {
    "approve": Move((ReviewState.WAITING,), ReviewState.APPROVED),
    "overrule": Move((ReviewState.WAITING,), ReviewState.OVERRULED),
    "reject": Move((ReviewState.WAITING,), ReviewState.REJECTED),
    "withdraw": Move((ReviewState.WAITING,), ReviewState.WITHDRAWN),
}

EXAM_MOVES = {
    "pass": Move((ExamState.RUNNING,), ExamState.PASSED),
    "fail": Move((ExamState.RUNNING,), ExamState.FAILED),
}

IMPORT_MOVES = {
    "finish_check": Move((ImportState.CHECKING,), ImportState.CHECKED),
    "commit": Move((ImportState.CHECKED,), ImportState.IMPORTING),
    "finish": Move((ImportState.IMPORTING,), ImportState.DONE),
    "fail": Move((ImportState.CHECKING, ImportState.IMPORTING), ImportState.FAILED),
}

FILTER_MOVES = {
    "finish_check": Move((FilterState.CHECKING,), FilterState.CHECKED),
    "apply": Move((FilterState.CHECKED,), FilterState.APPLYING),
    "finish": Move((FilterState.APPLYING,), FilterState.APPLIED),
    "supersede": Move((FilterState.CHECKED,), FilterState.SUPERSEDED),
    "fail": Move((FilterState.CHECKING, FilterState.APPLYING), FilterState.FAILED),
}

FLAG_MOVES = {
    "exclude": Move((FlagState.FOUND,), FlagState.EXCLUDED),
    "refer": Move((FlagState.FOUND,), FlagState.REFERRED),
    "overrule": Move((FlagState.FOUND, FlagState.EXCLUDED, FlagState.REFERRED), FlagState.OVERRULED),
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

EVALUATION_MOVES = {
    "start": Move((EvaluationState.QUEUED,), EvaluationState.RUNNING),
    "succeed": Move((EvaluationState.RUNNING,), EvaluationState.SUCCEEDED),
    "fail": Move((EvaluationState.QUEUED, EvaluationState.RUNNING), EvaluationState.FAILED),
    "cancel": Move((EvaluationState.QUEUED, EvaluationState.RUNNING), EvaluationState.CANCELLED),
    "requeue": Move((EvaluationState.RUNNING,), EvaluationState.QUEUED),
}

PROMOTION_MOVES = {
    "promote": Move((PromotionState.WAITING,), PromotionState.PROMOTED),
    "keep": Move((PromotionState.WAITING,), PromotionState.KEPT),
    "fail": Move((PromotionState.WAITING,), PromotionState.FAILED),
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
