"""What a person was told, and where each notice leads."""

from django.db.models import QuerySet

from annotate.domain.states import NoticeKind
from annotate.models import Notice, User


def notice_rows(user: User, *, unread: bool) -> QuerySet[Notice]:
    """Return a person's notices, only the new ones where `unread`."""
    rows = Notice.objects.filter(user=user)
    return rows.filter(read_at__isnull=True) if unread else rows


def unread_count(user: User) -> int:
    """Return how many notices a person has not read."""
    return notice_rows(user, unread=True).count()


def notice_link(notice: Notice) -> str:
    """Return the page that a notice leads to."""
    project = f"/p/{notice.project_id}"
    if notice.kind in (NoticeKind.DISCUSSION_OPENED, NoticeKind.DISCUSSION_REPLY):
        return f"/discussions/{notice.prompt_id}"
    if notice.kind == NoticeKind.ESCALATION:
        return f"{project}/disputes?prompt={notice.prompt_id}"
    if notice.kind == NoticeKind.EXAM_RESULT:
        return f"{project}/exams"
    if notice.kind in (NoticeKind.LOOP_REGRESSION, NoticeKind.LOOP_FAILED):
        return f"{project}/loop"
    # To a QA lead it names the person; to the person themselves it does not.
    if "person" in notice.data:
        return f"/people/{notice.data['person']}"
    return f"{project}/me" if notice.kind == NoticeKind.RETURNED_WORK else f"{project}/annotate"
