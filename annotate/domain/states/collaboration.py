"""People and models together: distant supervision, second looks, the loop."""

from enum import StrEnum

from annotate.domain.states.move import Move


class RecipeState(StrEnum):
    """A recipe of distant supervision: the step it is at. While it decides, it waits for a person."""

    HUMAN_TRAINING = "human_training"
    SCORING = "scoring"
    PREPARING = "preparing"
    DECIDING = "deciding"
    FREEZING = "freezing"
    TRAINING = "training"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class VariantName(StrEnum):
    """A row of an ablation: what the training set holds (the paper's table 4)."""

    JUDGE = "judge"
    JUDGE_DEBIAS = "judge_debias"
    JUDGE_FILTER = "judge_filter"
    JUDGE_BOTH = "judge_both"
    HUMAN = "human"
    ALL = "all"


class VariantState(StrEnum):
    """How far one row of an ablation is."""

    FREEZING = "freezing"
    TRAINING = "training"
    DONE = "done"
    FAILED = "failed"


class SecondOpinionState(StrEnum):
    """A model's look at a project: responses are being scored, what follows is written, or why it was not."""

    SCORING = "scoring"
    DONE = "done"
    FAILED = "failed"


class SuspicionState(StrEnum):
    """A vote that QA looks at again, blindly; lapsed: the votes have changed since, or their prompt has moved."""

    WAITING = "waiting"
    UPHELD = "upheld"
    OVERRULED = "overruled"
    LAPSED = "lapsed"


class LoopTrigger(StrEnum):
    """When a round of a project's loop begins by itself: every n newly accepted prompts, or at night."""

    EVERY_N = "every_n"
    NIGHTLY = "nightly"


class LoopStart(StrEnum):
    """Why a round of the loop began: its rule was due, or somebody wished it."""

    EVERY_N = "every_n"
    NIGHTLY = "nightly"
    BY_HAND = "by_hand"


class LoopState(StrEnum):
    """One round of the loop: freezes, trains, compares; then the new model is current, or was surely worse, or not."""

    FREEZING = "freezing"
    TRAINING = "training"
    COMPARING = "comparing"
    PROMOTED = "promoted"
    KEPT = "kept"
    REGRESSION = "regression"
    FAILED = "failed"
    CANCELLED = "cancelled"


LOOP_OPEN = (LoopState.FREEZING, LoopState.TRAINING, LoopState.COMPARING)


LOOP_MOVES = {
    "train": Move((LoopState.FREEZING,), LoopState.TRAINING),
    "compare": Move((LoopState.TRAINING,), LoopState.COMPARING),
    "promote": Move((LoopState.COMPARING,), LoopState.PROMOTED),
    "keep": Move((LoopState.COMPARING,), LoopState.KEPT),
    "regress": Move((LoopState.COMPARING,), LoopState.REGRESSION),
    "fail": Move(LOOP_OPEN, LoopState.FAILED),
    "cancel": Move(LOOP_OPEN, LoopState.CANCELLED),
    # A failed round goes on from the step that failed.
    "freeze_again": Move((LoopState.FAILED,), LoopState.FREEZING),
    "train_again": Move((LoopState.FAILED,), LoopState.TRAINING),
    "compare_again": Move((LoopState.FAILED,), LoopState.COMPARING),
}


_STEPS = (
    RecipeState.HUMAN_TRAINING,
    RecipeState.SCORING,
    RecipeState.PREPARING,
    RecipeState.DECIDING,
    RecipeState.FREEZING,
    RecipeState.TRAINING,
)


_STOPPED = (RecipeState.FAILED, RecipeState.CANCELLED)


RECIPE_MOVES = {
    "score": Move((RecipeState.HUMAN_TRAINING,), RecipeState.SCORING),
    "prepare": Move((RecipeState.SCORING,), RecipeState.PREPARING),
    "ask": Move((RecipeState.PREPARING,), RecipeState.DECIDING),
    # A person confirmed the margin, or nobody wished to.
    "freeze": Move((RecipeState.PREPARING, RecipeState.DECIDING), RecipeState.FREEZING),
    "train": Move((RecipeState.FREEZING,), RecipeState.TRAINING),
    "finish": Move((RecipeState.TRAINING,), RecipeState.DONE),
    "fail": Move(_STEPS, RecipeState.FAILED),
    "cancel": Move(_STEPS, RecipeState.CANCELLED),
    # It goes on at the step at which it stopped.
    **{f"resume_{step}": Move(_STOPPED, step) for step in _STEPS},
}


VARIANT_MOVES = {
    "train": Move((VariantState.FREEZING,), VariantState.TRAINING),
    "finish": Move((VariantState.TRAINING,), VariantState.DONE),
    "fail": Move((VariantState.FREEZING, VariantState.TRAINING), VariantState.FAILED),
    "refreeze": Move((VariantState.FAILED,), VariantState.FREEZING),
    "retrain": Move((VariantState.FAILED,), VariantState.TRAINING),
}


SECOND_OPINION_MOVES = {
    "finish": Move((SecondOpinionState.SCORING,), SecondOpinionState.DONE),
    "fail": Move((SecondOpinionState.SCORING,), SecondOpinionState.FAILED),
}


SUSPICION_MOVES = {
    "uphold": Move((SuspicionState.WAITING,), SuspicionState.UPHELD),
    "overrule": Move((SuspicionState.WAITING,), SuspicionState.OVERRULED),
    "lapse": Move((SuspicionState.WAITING,), SuspicionState.LAPSED),
}
