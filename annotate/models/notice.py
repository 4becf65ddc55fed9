"""What the site tells people without being asked."""

from django.conf import settings
from django.db import models

from annotate.domain.states import NoticeKind
from annotate.models.columns import only, word
from annotate.models.project import Project
from annotate.models.prompt import Prompt


class Notice(models.Model):
    """One notice to one person; `data` fills the sentence that the interface makes of `kind`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="notices")
    kind = word(NoticeKind)
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, null=True, related_name="+")
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [only("notice", "kind", NoticeKind)]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_by_user"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["created_at"], name="notice_unmailed", condition=models.Q(mailed_at__isnull=True)),
        ]
