"""Rows of people and models working together."""

from collaboration.models.colleague import ColleagueSetting, PriorityRun, SecondOpinion, Suspicion, SuspicionRun
from collaboration.models.loop import LoopRound, LoopRule
from collaboration.models.recipe import AblationVariant, DistantRun

__all__ = [
    "AblationVariant",
    "ColleagueSetting",
    "DistantRun",
    "LoopRound",
    "LoopRule",
    "PriorityRun",
    "SecondOpinion",
    "Suspicion",
    "SuspicionRun",
]
