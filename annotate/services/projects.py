"""Projects and their members."""

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import RoleName
from annotate.models import Membership, MembershipRole, Project, User
from annotate.permissions import Right
from annotate.problems import Conflict, Forbidden, Invalid, NotFound
from annotate.selectors.access import project_get
from annotate.services.events import event
from annotate.services.leases import leases_of_end
from annotate.services.people import returned_free

# No vowels and no look-alikes: a pseudonym spells no word and survives being read aloud.
PSEUDONYM_LETTERS = "BCDFGHJKMNPQRSTVWXZ23456789"
SETTINGS = (
    "description",
    "responses_per_task",
    "passes",
    "agreement_threshold",
    "agreement_measure",
    "discussion_hours",
    "escalation_hours",
    "delivery_share",
    "operations_share",
    "research_share",
    "rejection_limit",
    "rejection_min",
    "exam_items",
    "exam_mark",
    "exam_attempts",
    "exam_wait_hours",
    "gold_share",
    "gold_mark",
    "gold_window",
    "gold_min",
    "repeat_share",
    "repeat_gap",
    "judge_threshold",
    "lease_minutes",
    "daily_target",
    "daily_limit",
    "languages",
    "fault_kinds",
    "mask_names",
)
MOST_KINDS, MOST_KIND_NAME, MOST_MASKS, MOST_MASK = 30, 100, 500, 50
KIND_KEY = re.compile(r"[a-z0-9_-]{1,40}")
# What the tasks of a prompt were built on; a change would leave prompts that follow neither rule.
FIXED_WITH_TASKS = ("responses_per_task", "passes")


@transaction.atomic
def project_create(*, user: User, name: str, description: str = "", **settings: Any) -> Project:
    """Create a project that `user` owns. Only staff may."""
    if not user.is_staff:
        raise Forbidden("forbidden", _("Only the site's staff may create projects."))
    if Project.objects.filter(name=name).exists():
        raise Conflict("name_taken", _("A project of this name exists."))
    project = Project(name=name, description=description, seed=secrets.randbelow(2**31), **settings)
    _save(project)
    member_set(project=project, username=user.username, roles=[RoleName.OWNER], actor=user)
    return project


@transaction.atomic
def project_update(*, user: User, project_id: int, changes: dict[str, Any]) -> Project:
    """Change the settings of a project; what tasks were built on stays once there are any."""
    project = project_get(user, project_id, Right.MANAGE_PROJECT)
    changes = {name: _tidied(name, value) for name, value in changes.items()}
    changed = {name: value for name, value in changes.items() if name in SETTINGS and getattr(project, name) != value}
    if project.assignments.exists() and not changed.keys().isdisjoint(FIXED_WITH_TASKS):
        raise Conflict("has_tasks", _("Passes and responses per task cannot change once tasks are set up."))
    before = {name: getattr(project, name) for name in changed}
    for name, value in changed.items():
        setattr(project, name, value)
    _save(project)
    event(
        project_id=project.pk,
        kind="project_update",
        subject=project,
        actor=user,
        data={"before": before, "after": changed},
    ).save()
    return project


def _save(project: Project) -> None:
    """Save a project, its constraints checked first so that a refusal names the field."""
    try:
        _settings_check(project)
        project.full_clean()
    except ValidationError as error:
        rows = [
            {"field": name if name != "__all__" else "", "code": "invalid", "message": "; ".join(messages)}
            for name, messages in error.message_dict.items()
        ]
        raise Invalid("invalid", _("A setting is out of its range."), errors=rows) from error
    project.save()


def _settings_check(project: Project) -> None:
    """Raise ValidationError, field by field, for settings that contradict each other."""
    if project.gold_min > project.gold_window:
        message = _("The window holds fewer gold tasks than are needed to judge by it.")
        raise ValidationError({"gold_min": [message]})
    if faults := _kind_faults(project.fault_kinds):
        raise ValidationError({"fault_kinds": faults})
    if faults := _mask_faults(project.mask_names):
        raise ValidationError({"mask_names": faults})


def _tidied(name: str, value: Any) -> Any:
    """Return a setting without the blanks around names, which nobody means."""
    if name == "mask_names":
        return [text.strip() for text in value]
    if name == "fault_kinds":
        return [{key: str(row.get(key, "")).strip() for key in ("key", "zh", "en")} for row in value]
    return value


def _kind_faults(kinds: Sequence[dict[str, str]]) -> list[str]:
    """Return what is wrong with a list of kinds of fault."""
    found = []
    if not 1 <= len(kinds) <= MOST_KINDS:
        found.append(_("There must be at least one kind of fault, and at most %(most)d.") % {"most": MOST_KINDS})
    keys = [row["key"] for row in kinds]
    for key in dict.fromkeys(keys):
        if not KIND_KEY.fullmatch(key):
            message = _("The key “%(key)s” must be 1 to 40 of a-z, 0-9, _ and -; change it.")
            found.append(message % {"key": key})
        elif keys.count(key) > 1:
            found.append(_("The key “%(key)s” is there twice; each kind needs its own.") % {"key": key})
    for row in kinds:
        if not all(0 < len(row[name]) <= MOST_KIND_NAME for name in ("zh", "en")):
            message = _("The kind “%(key)s” needs a Chinese and an English name of at most %(most)d characters.")
            found.append(message % {"key": row["key"], "most": MOST_KIND_NAME})
    return found


def _mask_faults(names: Sequence[str]) -> list[str]:
    """Return what is wrong with a list of names to mask, which are matched whatever their case.

    A question mark behind a name is no part of it (domain.masking).
    """
    found = []
    bare = [name.rstrip("?？ ").casefold() for name in names]
    if len(names) > MOST_MASKS:
        found.append(_("There may be at most %(most)d names to mask.") % {"most": MOST_MASKS})
    if not all(bare) or any(len(name) > MOST_MASK for name in names):
        found.append(_("A name to mask has 1 to %(most)d characters; shorten or remove it.") % {"most": MOST_MASK})
    times = Counter(filter(None, bare))
    if twice := [name for name, plain in zip(names, bare, strict=True) if times[plain] > 1]:
        message = _("Remove the names that are there twice (case does not matter): %(names)s.")
        found.append(message % {"names": ", ".join(twice)})
    return found


@transaction.atomic
def member_set(*, project: Project, username: str, roles: list[str], actor: User | None) -> Membership:
    """Give a person exactly `roles` in a project; no roles take them out, their work stays.

    What somebody holds, or what waits for them, goes to others when they stop annotating. A project keeps at least one
    owner.
    """
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound("no_such_user", _("There is no user %(name)s.") % {"name": username})
    membership, _created = Membership.objects.select_for_update().get_or_create(
        project=project, user=user, defaults={"pseudonym": _pseudonym(project)}
    )
    before = sorted(membership.roles.values_list("role", flat=True))
    membership.roles.exclude(role__in=roles).delete()
    MembershipRole.objects.bulk_create(
        [MembershipRole(membership=membership, role=role) for role in sorted(set(roles))], ignore_conflicts=True
    )
    if not MembershipRole.objects.filter(membership__project=project, role=RoleName.OWNER).exists():
        raise Conflict("last_owner", _("A project needs an owner; name another one first."))
    if RoleName.ANNOTATOR in before and RoleName.ANNOTATOR not in roles:
        leases_of_end(user_id=user.pk, project_id=project.pk, actor=actor, reason="person_removed")
        returned_free(user_id=user.pk, project_id=project.pk)
    event(
        project_id=project.pk,
        kind="member_set",
        subject=membership,
        actor=actor,
        data={"before": before, "after": sorted(set(roles))},
    ).save()
    return membership


def _pseudonym(project: Project) -> str:
    taken = set(project.memberships.values_list("pseudonym", flat=True))
    while True:
        name = "".join(secrets.choice(PSEUDONYM_LETTERS) for _ in range(4))
        if name not in taken:
            return name
