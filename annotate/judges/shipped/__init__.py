"""The templates that the platform brings along, in Chinese and English: text, and criteria by top-level category."""

import json
from functools import cache
from importlib.resources import files


@cache
def shipped_text(language: str) -> str:
    """Return the template of a language ("zh", "en")."""
    return files(__package__).joinpath(f"{language}.txt").read_text("utf-8")


@cache
def shipped_criteria(language: str) -> dict[str, str]:
    """Return {name of a top-level category: its criteria}; "" holds those of every other."""
    criteria: dict[str, dict[str, str]] = json.loads(files(__package__).joinpath("criteria.json").read_text("utf-8"))
    return criteria[language]
