"""Third-party reward models, each made a Scorer by the adapter of its kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from rm_training.engine.adapters.folder import ModelFolder, open_folder
from rm_training.engine.adapters.heads import has_value_head, load_chat, load_value_head, reward_token
from rm_training.engine.adapters.judge import load_judge
from rm_training.engine.adapters.own_forward import load_pair, load_with_code
from rm_training.engine.errors import EngineError
from rm_training.engine.inference import RewardScorer
from rm_training.engine.model import Runtime, sample_limit
from rm_training.engine.passes import TOKEN_BUDGET
from rm_training.engine.scorer import Scorer


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to load and to call a model. max_length: tokens of a sample, None for the model's own limit."""

    adapter: str = "auto"  # auto | chat | pair | value_head | generative
    allowed_code: str | None = None
    weights: Sequence[float] | None = None
    max_length: int | None = None
    token_budget: int = TOKEN_BUDGET


def load_scorer(name: str, runtime: Runtime, options: Options) -> Scorer:
    """The model as a Scorer; raises EngineError with the codes of the modules used, and `weights_not_used`."""
    folder = open_folder(name, options.allowed_code)
    adapter = choose_adapter(folder) if options.adapter == "auto" else options.adapter
    if options.weights is not None and adapter in ("value_head", "generative"):
        raise EngineError("weights_not_used", f"--weights has no meaning for the adapter {adapter}.")
    limits = {"max_length": options.max_length, "token_budget": options.token_budget}
    if adapter == "generative":
        return load_judge(folder, runtime, **limits)  # type: ignore[arg-type]
    if adapter == "pair":
        return load_pair(folder, runtime, weights=options.weights, **limits)  # type: ignore[arg-type]
    if folder.runs_code:
        return load_with_code(folder, runtime, weights=options.weights, **limits)  # type: ignore[arg-type]
    if adapter == "value_head":
        model, end_token = load_value_head(folder, runtime), reward_token(folder)
    else:
        model, end_token = load_chat(folder, runtime, options.weights), None
    limit = options.max_length or sample_limit(model)
    return RewardScorer(model, max_length=limit, token_budget=options.token_budget, end_token=end_token)


def choose_adapter(folder: ModelFolder) -> str:
    """What kind of model the names of its tensors make it; EngineError `not_a_reward_model` where they tell of none."""
    if has_value_head(folder):
        return "value_head"
    if "score.weight" in folder.tensors or folder.runs_code:
        return "chat"
    if any(name.startswith("classifier.") for name in folder.tensors):
        return "pair"
    raise EngineError(
        "not_a_reward_model",
        f"{folder.name} has no reward head: it is a base, not a reward model. To use a causal language model as a "
        "judge of pairs, pass --adapter generative.",
    )
