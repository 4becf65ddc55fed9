"""Categories and the guidelines that hold for them, for anybody in the project."""

from dataclasses import dataclass

from annotate.models import Category, Guideline, GuidelineRead, User
from annotate.permissions import Right
from annotate.selectors.access import scoped_get
from annotate.selectors.categories import guidelines_nearest


def guideline_get(user: User, category_id: int) -> tuple[Category, Guideline | None]:
    """Return a category and the newest guideline of it or of its nearest ancestor."""
    category = scoped_get(user, Category.objects.all(), category_id, Right.SEE)
    return category, guidelines_nearest([category]).get(category.pk)


@dataclass(frozen=True, slots=True)
class GuidelineRecord:
    """The guideline in force for a category, its versions (newest first), and what a person last read of it."""

    category: Category
    guideline: Guideline | None
    versions: list[Guideline]
    previous: Guideline | None
    read: bool


def guideline_record(user: User, category_id: int) -> GuidelineRecord:
    """Return the guideline in force for a category; `previous` is the older version that this person has read."""
    category, guideline = guideline_get(user, category_id)
    if guideline is None:
        return GuidelineRecord(category, None, [], None, read=True)
    versions = list(Guideline.objects.filter(category=guideline.category_id).order_by("-version").defer("text"))
    seen = GuidelineRead.objects.filter(user=user, category=guideline.category_id).first()
    read = seen is not None and seen.version >= guideline.version
    previous = None
    if seen is not None and not read:
        previous = Guideline.objects.get(category=guideline.category_id, version=seen.version)
    return GuidelineRecord(category, guideline, versions, previous, read)


def category_path_get(user: User, project_id: int, category_id: int) -> list[str]:
    """Return the path of one of a project's categories."""
    category = scoped_get(user, Category.objects.filter(project_id=project_id), category_id, Right.SEE)
    return list(category.path)
