"""How a project works with its model."""

from typing import Any

from django.db import transaction

from annotate.models import User
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.services.events import event
from collaboration.models import ColleagueSetting

FIELDS = ("queue_size", "least_error", "control_share", "random_share")


@transaction.atomic
def colleague_setting_update(*, user: User, project_id: int, changes: dict[str, Any]) -> ColleagueSetting:
    """Change how a project works with its model; it holds from the next run on."""
    project = project_get(user, project_id, Right.TRAIN)
    row, _created = ColleagueSetting.objects.select_for_update().get_or_create(project=project)
    before = {name: getattr(row, name) for name in FIELDS}
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    after = {name: getattr(row, name) for name in FIELDS}
    event(
        project_id=project.pk,
        kind="colleague_setting_update",
        subject=project,
        actor=user,
        data={"before": before, "after": after},
    ).save()
    return row
