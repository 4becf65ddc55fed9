"""Members of a project, as those who manage people and those who work there need them."""

from django.utils.translation import gettext as _

from annotate.models import Category, GoldItem, Membership, User
from annotate.permissions import Right
from annotate.problems import Invalid
from annotate.selectors.access import scoped_get


def person_get(user: User, membership_id: int) -> Membership:
    """Return a member by their membership, for somebody who manages people there. Raises NotFound, Forbidden."""
    rows = Membership.objects.filter(roles__isnull=False).distinct().select_related("user", "project")
    return scoped_get(user, rows, membership_id, Right.MANAGE_PEOPLE)


def root_get(user: User, category_id: int) -> Category:
    """Return a top-level category, for somebody who manages people in its project.

    Raises NotFound and Forbidden, and Invalid for a category further down.
    """
    category = scoped_get(user, Category.objects.all(), category_id, Right.MANAGE_PEOPLE)
    if category.root_id is not None:
        raise Invalid("not_top_level", _("Work is dealt by top-level category; name one of those."))
    return category


def n_exam_items(project_id: int) -> dict[int, int]:
    """Return {top-level category: how many gold items its entrance exam draws from}."""
    counts: dict[int, int] = {}
    rows = GoldItem.objects.filter(project_id=project_id, active=True, in_exam=True)
    for category in rows.values_list("category_id", flat=True):
        counts[category] = counts.get(category, 0) + 1
    return counts
