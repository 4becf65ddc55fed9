"""Tells people what happened to their work: on the site at once, by e-mail where the site has a mail server."""

import logging
from collections.abc import Collection, Iterable
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from annotate.domain.states import NoticeKind
from annotate.models import MembershipRole, Notice, User
from annotate.permissions import Right, roles_with
from annotate.selectors.notices import notice_link

logger = logging.getLogger(__name__)

MAILS_AT_ONCE = 50
# A notice nobody could be told of by mail for a day is on the site all the same.
MAIL_DAYS = 1


def notify(
    *,
    users: Iterable[int],
    project_id: int,
    kind: NoticeKind,
    prompt_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Leave a notice for every one of `users` (ids); `data` fills the sentence that the interface makes of it."""
    Notice.objects.bulk_create(
        Notice(user_id=user, project_id=project_id, kind=kind, prompt_id=prompt_id, data=data or {})
        for user in sorted(set(users))
    )


def holders(project_id: int, right: Right) -> set[int]:
    """Return the ids of the members of a project who hold a right."""
    rows = MembershipRole.objects.filter(membership__project_id=project_id, role__in=roles_with(right))
    return set(rows.values_list("membership__user_id", flat=True))


@transaction.atomic
def notices_read(*, user: User, ids: Collection[int] | None) -> int:
    """Mark a person's notices as read, all of them without `ids`; return how many were new."""
    rows = Notice.objects.filter(user=user, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return rows.update(read_at=timezone.now())


def notices_mail() -> int:
    """Send the notices that nobody has mailed yet to people with an address; return how many went out.

    Each is marked before it is sent, so that two workers never send it twice; where the mail server refuses, it is
    taken up again the next time.
    """
    if not settings.EMAIL_URL:
        return 0
    since = timezone.now() - timedelta(days=MAIL_DAYS)
    rows = Notice.objects.filter(mailed_at__isnull=True, read_at__isnull=True, created_at__gte=since)
    rows = rows.filter(user__is_active=True).exclude(user__email="").select_related("user", "project")
    return sum(_mail(notice) for notice in rows.order_by("id")[:MAILS_AT_ONCE])


def _mail(notice: Notice) -> bool:
    unsent = Notice.objects.filter(pk=notice.pk, mailed_at__isnull=True)
    if unsent.update(mailed_at=timezone.now()) != 1:
        return False
    with override(notice.user.language):
        subject = f"{notice.project.name} · {_sentence(notice)}"
        address = f"{settings.SITE_ADDRESS}{notice_link(notice)}"
        text = _("%(what)s\n\n%(address)s\n") % {"what": _sentence(notice), "address": address}
    try:
        send_mail(" ".join(subject.split()), text, None, [notice.user.email])
    except (SMTPException, OSError):
        logger.exception("The mail server took no mail for notice %s; it will be tried again.", notice.pk)
        Notice.objects.filter(pk=notice.pk).update(mailed_at=None)
        return False
    return True


def _sentence(notice: Notice) -> str:
    """Return what a notice says, in the active language."""
    return {
        NoticeKind.RETURNED_WORK: _("Work of yours came back with a reason."),
        NoticeKind.DISCUSSION_OPENED: _("A discussion waits for you: the passes differ."),
        NoticeKind.DISCUSSION_REPLY: _("Somebody wrote in a discussion of yours."),
        NoticeKind.ESCALATION: _("A disagreement was escalated to your queue."),
        NoticeKind.PERSON_PAUSED: _("Somebody was paused."),
        NoticeKind.PERSON_RESUMED: _("Somebody works again."),
        NoticeKind.BATCH_RETURNED: _("A whole batch of work went back."),
        NoticeKind.GUIDELINE_CHANGED: _("A guideline was changed."),
        NoticeKind.EXAM_RESULT: _("An exam has its result."),
        NoticeKind.LOOP_REGRESSION: _("A model that the loop trained is worse than the current one."),
        NoticeKind.LOOP_FAILED: _("A round of the loop failed."),
    }[NoticeKind(notice.kind)]
