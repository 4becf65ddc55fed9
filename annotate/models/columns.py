"""Column helpers that keep a vocabulary in the database, not only in code."""

from enum import StrEnum

from django.db import models


def word(vocabulary: type[StrEnum], **options: object) -> "models.CharField[str, str]":
    """Return a column for one word of `vocabulary`; pair it with `only` in the model's constraints."""
    choices = [(item.value, item.value) for item in vocabulary]
    return models.CharField(max_length=max(len(value) for value, _ in choices), choices=choices, **options)  # type: ignore[arg-type]


def only(model: str, column: str, vocabulary: type[StrEnum]) -> models.CheckConstraint:
    """Return the constraint that refuses any other word."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__in": [item.value for item in vocabulary]}), name=f"{model}_{column}_known"
    )


def between(model: str, column: str, low: float, high: float) -> models.CheckConstraint:
    """Return the constraint low <= column <= high."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__gte": low, f"{column}__lte": high}), name=f"{model}_{column}_range"
    )
