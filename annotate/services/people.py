"""What people change about themselves."""

from annotate.models import User


def language_set(*, user: User, language: str) -> None:
    """Store the language a person wants ("zh-hans" or "en")."""
    user.language = language
    user.save(update_fields=["language"])
