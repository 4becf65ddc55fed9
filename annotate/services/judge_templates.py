"""Templates of AI judges: a change is a new version."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from annotate.domain.judge_template import template_check
from annotate.domain.types import DomainError
from annotate.models import Category, JudgeTemplate, Project, User
from annotate.permissions import Right
from annotate.problems import Invalid
from annotate.selectors.access import project_get
from annotate.services.events import event


@transaction.atomic
def judge_template_save(
    *, user: User, project_id: int, category_id: int | None, language: str, text: str, criteria: str
) -> JudgeTemplate:
    """Store the next version of a template. Raises Invalid: a placeholder is wrong, or the category is not of here."""
    project = project_get(user, project_id, Right.TRAIN)
    category = Category.objects.filter(project=project, pk=category_id).first() if category_id else None
    if category_id and category is None:
        raise _invalid("category", "unknown_category", _("This project has no such category."))
    _check(text)
    if not criteria.strip():
        raise _invalid("criteria", "blank", _("Write at least one criterion."))
    # Locked, so that two people saving at once get two versions.
    Project.objects.select_for_update().get(pk=project.pk)
    earlier = JudgeTemplate.objects.filter(project=project, category=category, language=language)
    row = JudgeTemplate.objects.create(
        project=project,
        category=category,
        language=language,
        version=(earlier.aggregate(Max("version"))["version__max"] or 0) + 1,
        text=text,
        criteria=criteria,
        author=user,
    )
    data = {"language": language, "version": row.version, "category": category.path if category else None}
    event(project_id=project.pk, kind="judge_template_save", subject=row, actor=user, data=data).save()
    return row


def _check(text: str) -> None:
    try:
        template_check(text)
    except DomainError as error:
        raise _invalid("text", error.code, _said(error)) from error


def _said(error: DomainError) -> str:
    """Return what is wrong with a placeholder, and the remedy."""
    told = {"name": f"{{{error.details['name']}}}", "nearest": f"{{{error.details.get('nearest')}}}"}
    if error.code == "missing_placeholder":
        return _("The template lacks %(name)s; put it where that text shall stand.") % told
    if error.code == "repeated_placeholder":
        return _("%(name)s stands in the template more than once; keep one.") % told
    if error.details["nearest"]:
        return _("%(name)s is no placeholder; did you mean %(nearest)s?") % told
    return _("%(name)s is no placeholder; known are {prompt}, {a}, {b} and {criteria}.") % told


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])
