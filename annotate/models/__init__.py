"""One file per noun; what must always hold is held by constraints in the database."""

from annotate.models.annotation import Annotation, Comparison, Decision
from annotate.models.category import Category, Guideline
from annotate.models.event import Event
from annotate.models.import_job import ImportJob, ImportProblem
from annotate.models.preference_set import PreferenceSet, PreferenceSetItem
from annotate.models.project import Membership, MembershipRole, Project
from annotate.models.prompt import Prompt, Ranking, Response
from annotate.models.task import Assignment, Seat, Skip, Task
from annotate.models.user import User

__all__ = [
    "Annotation",
    "Assignment",
    "Category",
    "Comparison",
    "Decision",
    "Event",
    "Guideline",
    "ImportJob",
    "ImportProblem",
    "Membership",
    "MembershipRole",
    "PreferenceSet",
    "PreferenceSetItem",
    "Project",
    "Prompt",
    "Ranking",
    "Response",
    "Seat",
    "Skip",
    "Task",
    "User",
]
