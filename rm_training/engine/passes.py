"""How the samples of a batch are dealt into forward passes, for a model that packs them as for one that pads."""

from collections.abc import Sequence

from rm_training.engine.batching import pack, pack_tight
from rm_training.engine.layout import Groups, Tokens, packed_tokens, shared_length
from rm_training.engine.model import RewardModel


def split(model: RewardModel, groups: Groups, token_budget: int) -> list[list[int]]:
    """Whole groups dealt into passes within the budget, as positions in `groups`."""
    longest = [max(map(len, group)) for group in groups]
    if model.shares_prompts:
        return pack_tight(list(zip(map(packed_tokens, groups), longest, strict=True)), token_budget)
    return pack(list(zip(map(len, groups), longest, strict=True)), token_budget)


def stretches(model: RewardModel, samples: Sequence[Tokens], token_budget: int) -> list[tuple[int, int]]:
    """A group's samples cut into stretches [start, end) that each keep the budget; one sample may exceed it.

    One stretch where the group fits. A packed stretch is counted with the trunk of the whole group, which is never
    longer than its own: what is counted is never less than what it takes.
    """
    trunk = shared_length(samples) if model.shares_prompts and len(samples) > 1 else 0
    found: list[tuple[int, int]] = []
    start, longest, filled = 0, 0, 0
    for end, sample in enumerate(samples):
        longest, filled = max(longest, len(sample)), filled + len(sample) - trunk
        taken = trunk + filled if model.shares_prompts else (end + 1 - start) * longest
        if taken > token_budget and end > start:
            found.append((start, end))
            start, longest, filled = end, len(sample), len(sample) - trunk
    return [*found, (start, len(samples))] if samples else []
