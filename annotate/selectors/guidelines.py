"""Categories and the guidelines that hold for them, for anybody in the project."""

from annotate.models import Category, Guideline, User
from annotate.permissions import Right
from annotate.selectors.access import scoped_get
from annotate.selectors.categories import guidelines_nearest


def guideline_get(user: User, category_id: int) -> tuple[Category, Guideline | None]:
    """Return a category and the newest guideline of it or of its nearest ancestor."""
    category = scoped_get(user, Category.objects.all(), category_id, Right.SEE)
    return category, guidelines_nearest([category]).get(category.pk)


def category_path_get(user: User, project_id: int, category_id: int) -> list[str]:
    """Return the path of one of a project's categories."""
    category = scoped_get(user, Category.objects.filter(project_id=project_id), category_id, Right.SEE)
    return list(category.path)
