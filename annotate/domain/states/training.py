"""Reward models: trained, measured, asked for rewards, made the current one."""

from enum import StrEnum

from annotate.domain.states.move import Move


class RunState(StrEnum):
    """A training run."""

    QUEUED = "queued"
    RUNNING = "running"
    BENCHMARKING = "benchmarking"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EvaluationState(StrEnum):
    """A job that measures a reward model on the benchmark of a set."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ScoringState(StrEnum):
    """A job that has a reward model score responses."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ModelKind(StrEnum):
    """Where a reward model comes from: trained here, or registered from elsewhere."""

    TRAINED = "trained"
    EXTERNAL = "external"


class BoardKind(StrEnum):
    """What a row of the leaderboard is: a model of ours, somebody else's, or a judge that writes its verdict."""

    TRAINED = "trained"
    EXTERNAL = "external"
    JUDGE = "judge"


class Adapter(StrEnum):
    """How the engine asks an external model for a reward."""

    AUTO = "auto"
    CHAT = "chat"
    PAIR = "pair"
    VALUE_HEAD = "value_head"
    GENERATIVE = "generative"


class PromotionRule(StrEnum):
    """How a project's current model is replaced without anybody asking: not at all, or by one that is surely better."""

    OFF = "off"
    BETTER = "better"


class PromotionState(StrEnum):
    """A proposal to make a model the current one; `kept`: the one before stayed."""

    WAITING = "waiting"
    PROMOTED = "promoted"
    KEPT = "kept"
    FAILED = "failed"


RUN_MOVES = {
    "start": Move((RunState.QUEUED,), RunState.RUNNING),
    "benchmark": Move((RunState.RUNNING,), RunState.BENCHMARKING),
    "succeed": Move((RunState.RUNNING, RunState.BENCHMARKING), RunState.SUCCEEDED),
    "fail": Move((RunState.QUEUED, RunState.RUNNING, RunState.BENCHMARKING), RunState.FAILED),
    "cancel": Move((RunState.QUEUED, RunState.RUNNING, RunState.BENCHMARKING), RunState.CANCELLED),
    "requeue": Move((RunState.RUNNING, RunState.BENCHMARKING), RunState.QUEUED),
    "resume": Move((RunState.FAILED, RunState.CANCELLED), RunState.QUEUED),
}


EVALUATION_MOVES = {
    "start": Move((EvaluationState.QUEUED,), EvaluationState.RUNNING),
    "succeed": Move((EvaluationState.RUNNING,), EvaluationState.SUCCEEDED),
    "fail": Move((EvaluationState.QUEUED, EvaluationState.RUNNING), EvaluationState.FAILED),
    "cancel": Move((EvaluationState.QUEUED, EvaluationState.RUNNING), EvaluationState.CANCELLED),
    "requeue": Move((EvaluationState.RUNNING,), EvaluationState.QUEUED),
}


SCORING_MOVES = {
    "start": Move((ScoringState.QUEUED,), ScoringState.RUNNING),
    "succeed": Move((ScoringState.RUNNING,), ScoringState.SUCCEEDED),
    "fail": Move((ScoringState.QUEUED, ScoringState.RUNNING), ScoringState.FAILED),
    "cancel": Move((ScoringState.QUEUED, ScoringState.RUNNING), ScoringState.CANCELLED),
    "requeue": Move((ScoringState.RUNNING,), ScoringState.QUEUED),
}


PROMOTION_MOVES = {
    "promote": Move((PromotionState.WAITING,), PromotionState.PROMOTED),
    "keep": Move((PromotionState.WAITING,), PromotionState.KEPT),
    "fail": Move((PromotionState.WAITING,), PromotionState.FAILED),
}
