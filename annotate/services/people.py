"""What people change about themselves, and what those who manage people set for them: limits and expertise."""

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import AssignmentState, ExpertiseState
from annotate.models import Assignment, Category, Expertise, Membership, User
from annotate.problems import NotFound
from annotate.selectors.people import person_get, root_get
from annotate.services.events import event


def language_set(*, user: User, language: str) -> None:
    """Store the language a person wants ("zh-hans" or "en")."""
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def person_limit_set(*, user: User, membership_id: int, daily_limit: int | None) -> Membership:
    """Set how many tasks a person may do in a day; None leaves it to the project. Raises NotFound, Forbidden."""
    membership = person_get(user, membership_id)
    _limit_set(membership, membership.project_id, user, "person_limit", daily_limit)
    return membership


@transaction.atomic
def category_limit_set(*, user: User, category_id: int, daily_limit: int | None) -> Category:
    """Set how many tasks of a top-level category one person may do in a day; None lifts the limit.

    Raises NotFound, Forbidden, Invalid (not_top_level).
    """
    category = root_get(user, category_id)
    _limit_set(category, category.project_id, user, "category_limit", daily_limit)
    return category


def _limit_set(row: Membership | Category, project_id: int, user: User, kind: str, limit: int | None) -> None:
    before, row.daily_limit = row.daily_limit, limit
    row.save(update_fields=["daily_limit"])
    data = {"before": before, "after": limit}
    event(project_id=project_id, kind=kind, subject=row, actor=user, data=data).save()


@transaction.atomic
def expertise_set(*, user: User, membership_id: int, category_id: int, state: str) -> Expertise:
    """Say by hand where a person stands in a top-level category: open, qualified or barred.

    What waits there for somebody who is barred goes to others. Raises NotFound, Forbidden, Invalid (not_top_level).
    """
    membership = person_get(user, membership_id)
    category = root_get(user, category_id)
    if category.project_id != membership.project_id:
        raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    expertise, _created = Expertise.objects.select_for_update().get_or_create(membership=membership, category=category)
    before = expertise.state
    expertise.state, expertise.retake_at = state, None
    expertise.save(update_fields=["state", "retake_at"])
    if state == ExpertiseState.BARRED:
        returned_free(user_id=membership.user_id, project_id=membership.project_id, category_id=category.pk)
    event(
        project_id=membership.project_id,
        kind="expertise_set",
        subject=expertise,
        actor=user,
        before=before,
        after=state,
        data={"category": category.pk, "membership": membership.pk},
    ).save()
    return expertise


def returned_free(*, user_id: int, project_id: int, category_id: int | None = None) -> None:
    """Let anybody take the rejected work that waits for a person who cannot do it any more."""
    rows = Assignment.objects.filter(project=project_id, reserved_for=user_id, state=AssignmentState.OPEN)
    if category_id is not None:
        rows = rows.filter(category=category_id)
    rows.update(reserved_for=None)
