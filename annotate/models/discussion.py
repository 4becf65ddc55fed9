"""Alignment discussions about what the passes of a prompt see differently (PROTOCOL 5)."""

from django.conf import settings
from django.db import models

from annotate.domain.states import DiscussionState
from annotate.models.columns import only, word
from annotate.models.prompt import Prompt, Response
from annotate.models.task import Task


class Discussion(models.Model):
    """One discussion between the people of a prompt's passes; at `due_at` it escalates by itself."""

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="discussions")
    state = word(DiscussionState, default=DiscussionState.OPEN)
    opened_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("discussion", "state", DiscussionState),
            models.UniqueConstraint(
                fields=["prompt"], condition=models.Q(state=DiscussionState.OPEN), name="discussion_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="discussion_due", condition=models.Q(state=DiscussionState.OPEN))
        ]


class DiscussionMessage(models.Model):
    """What somebody said in a discussion: of a comparison, of a response, or of the whole; or in reply to a message."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True)
    response_a = models.ForeignKey(Response, on_delete=models.PROTECT, null=True, related_name="+")
    response_b = models.ForeignKey(Response, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="discussion_message_says_something")]
