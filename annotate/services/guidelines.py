"""Guidelines: versions, amendments that come from a decision, and who has read which version."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from annotate.domain.states import NoticeKind
from annotate.models import Category, Decision, Guideline, GuidelineRead, User
from annotate.permissions import Right, allowed
from annotate.problems import Forbidden, Invalid, NotFound
from annotate.selectors.access import at_work_get, project_get, roles_of, scoped_get
from annotate.selectors.guidelines import guideline_get
from annotate.services.events import event
from annotate.services.notices import holders, notify


@transaction.atomic
def guideline_save(*, user: User, category_id: int, text: str) -> Guideline:
    """Add a version of a category's guideline; the earlier ones stay, and annotators are told of every later one."""
    category = scoped_get(user, Category.objects.select_for_update(), category_id, Right.MANAGE_GUIDELINES)
    return _save(user, category, text)


@transaction.atomic
def guideline_amend(
    *, user: User, project_id: int, category_id: int, text: str, note: str, decision_id: int | None = None
) -> Guideline:
    """Add a version with a note of what changed and, where there is one, the decision that it was changed for.

    Reviewers may amend on a decision of their own. Raises NotFound, Forbidden, Invalid (blank, note_required).
    """
    project_get(user, project_id, Right.SEE)
    roles = roles_of(user, project_id)
    right = Right.MANAGE_GUIDELINES if allowed(roles, Right.MANAGE_GUIDELINES) else Right.SETTLE
    rows = Category.objects.select_for_update().filter(project_id=project_id)
    category = scoped_get(user, rows, category_id, right)
    at_work_get(user, project_id)
    decision = None
    if decision_id is not None:
        decision = Decision.objects.filter(pk=decision_id, prompt__project_id=project_id).first()
        if decision is None:
            raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    if right is Right.SETTLE and (decision is None or decision.decider_id != user.pk):
        raise Forbidden("not_yours", _("You can amend a guideline only from a decision of your own."))
    if not note.strip():
        raise Invalid("note_required", _("Say what you changed, and why."))
    return _save(user, category, text, note=note.strip(), decision=decision)


def _save(user: User, category: Category, text: str, note: str = "", decision: Decision | None = None) -> Guideline:
    if not text.strip():
        raise Invalid("blank", _("A guideline cannot be empty."))
    newest = category.guidelines.aggregate(n=Max("version"))["n"] or 0
    guideline = Guideline.objects.create(
        category=category, version=newest + 1, text=text, author=user, note=note, decision=decision
    )
    event(
        project_id=category.project_id,
        kind="guideline_save",
        subject=guideline,
        actor=user,
        before=str(newest or ""),
        after=str(guideline.version),
        reason=note,
    ).save()
    if newest:
        notify(
            users=holders(category.project_id, Right.ANNOTATE) - {user.pk},
            project_id=category.project_id,
            kind=NoticeKind.GUIDELINE_CHANGED,
            data={"category": category.pk, "name": str(category), "version": guideline.version, "note": note},
        )
    return guideline


@transaction.atomic
def guideline_read(*, user: User, category_id: int, version: int) -> None:
    """Note that a person has read a version of the guideline in force; an older one than before changes nothing.

    Raises NotFound where no guideline holds, Invalid for a version that there is not.
    """
    _category, guideline = guideline_get(user, category_id)
    if guideline is None:
        raise NotFound("not_found", _("No guideline holds for this category."))
    if not 1 <= version <= guideline.version:
        raise Invalid("no_such_version", _("The guideline has no such version."))
    row, created = GuidelineRead.objects.select_for_update().get_or_create(
        user=user, category_id=guideline.category_id, defaults={"version": version}
    )
    if not created and row.version < version:
        row.version = version
        row.save(update_fields=["version", "read_at"])
