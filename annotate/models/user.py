"""A person who can log in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person; what they may do is said by their memberships."""

    LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
    language = models.CharField(max_length=8, choices=LANGUAGES, default="zh-hans")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(language__in=["zh-hans", "en"]), name="user_language_known")
        ]
