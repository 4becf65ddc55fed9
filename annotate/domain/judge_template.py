"""The text that an AI judge is asked with: a template whose placeholders are checked before and filled in one pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches

from annotate.domain.types import DomainError

PLACEHOLDERS = ("prompt", "a", "b", "criteria")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def template_check(text: str) -> None:
    """Raise DomainError for a template that cannot be asked with; every placeholder must stand in it exactly once.

    Codes: missing_placeholder, repeated_placeholder, unknown_placeholder (details: name, and for the last the nearest
    one that is known). Braces that hold anything but one word, as in a JSON example, are text.
    """
    times = Counter(_PLACEHOLDER.findall(text))
    for name in times:
        if name not in PLACEHOLDERS:
            nearest = (get_close_matches(name, PLACEHOLDERS, 1, 0.5) or [""])[0]
            raise DomainError("unknown_placeholder", f"{{{name}}} is no placeholder.", name=name, nearest=nearest)
    for name in PLACEHOLDERS:
        if times[name] == 0:
            raise DomainError("missing_placeholder", f"{{{name}}} is missing.", name=name)
        if times[name] > 1:
            raise DomainError("repeated_placeholder", f"{{{name}}} stands there twice.", name=name)


def template_fill(text: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders replaced; braces inside what is filled in stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)
