"""One file per noun; what must always hold is held by constraints in the database."""

from annotate.models.annotation import Annotation, Comparison, Decision, DiscardMark, Fault
from annotate.models.category import Category, Guideline, GuidelineRead
from annotate.models.discussion import Discussion, DiscussionMessage
from annotate.models.endpoint import Endpoint
from annotate.models.event import Event
from annotate.models.figures import BiasDay, DirtyDay, FigureDay
from annotate.models.flag import FilterRun, ResponseFlag
from annotate.models.import_job import ImportJob, ImportProblem
from annotate.models.judge_source import JudgeSource
from annotate.models.judging import JudgeCall, JudgeRun, JudgeTemplate
from annotate.models.notice import Notice
from annotate.models.preference_set import PreferenceSet, PreferenceSetItem
from annotate.models.project import Membership, MembershipRole, Project
from annotate.models.prompt import Prompt, Ranking, Response
from annotate.models.qualification import Exam, Expertise, GoldItem, Probe
from annotate.models.response_sampling import SampleCall, SamplingRun
from annotate.models.review import BatchReturn, Rejection, Review, ReviewGold, SampleDraw, Stratum
from annotate.models.task import Assignment, Draft, Seat, Skip, Task
from annotate.models.user import User

__all__ = [
    "Annotation",
    "Assignment",
    "BatchReturn",
    "BiasDay",
    "Category",
    "Comparison",
    "Decision",
    "DirtyDay",
    "DiscardMark",
    "Discussion",
    "DiscussionMessage",
    "Draft",
    "Endpoint",
    "Event",
    "Exam",
    "Expertise",
    "Fault",
    "FigureDay",
    "FilterRun",
    "GoldItem",
    "Guideline",
    "GuidelineRead",
    "ImportJob",
    "ImportProblem",
    "JudgeCall",
    "JudgeRun",
    "JudgeSource",
    "JudgeTemplate",
    "Membership",
    "MembershipRole",
    "Notice",
    "PreferenceSet",
    "PreferenceSetItem",
    "Probe",
    "Project",
    "Prompt",
    "Ranking",
    "Rejection",
    "Response",
    "ResponseFlag",
    "Review",
    "ReviewGold",
    "SampleCall",
    "SampleDraw",
    "SamplingRun",
    "Seat",
    "Skip",
    "Stratum",
    "Task",
    "User",
]
