"""What a prompt and its tasks go through, from import to acceptance, and how."""

from enum import StrEnum

from annotate.domain.states.move import Move


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
    LOOP_REGRESSION = "loop_regression"
    LOOP_FAILED = "loop_failed"


class Arm(StrEnum):
    """How a prompt comes to be annotated when it does: as chance has it, or because a model chose it."""

    RANDOM = "random"
    CHOSEN = "chosen"


class Verdict(StrEnum):
    """What is said of a comparison (response a, response b)."""

    A = "a"
    B = "b"
    EQUAL = "equal"

    @property
    def mirrored(self) -> "Verdict":
        """The same said of (response b, response a)."""
        return {Verdict.A: Verdict.B, Verdict.B: Verdict.A}.get(self, self)


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
