"""Which responses go through the model together (PROTOCOL 9); pure functions of sizes, seed and epoch."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True)
class PromptShape:
    """Of a prompt, what batching must know: tokens per response, (winner, loser) pairs of positions."""

    lengths: tuple[int, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Group:
    """Responses of one prompt that share a batch; `pairs` count positions in `responses`."""

    prompt: int
    responses: tuple[int, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Batch:
    """One optimiser step. `pairs_skipped` are pairs that prompts begun here lose by being split."""

    groups: tuple[Group, ...]
    pairs_skipped: int

    @property
    def responses(self) -> int:
        return sum(len(group.responses) for group in self.groups)

    @property
    def pairs_used(self) -> int:
        return sum(len(group.pairs) for group in self.groups)


def plan_epoch(prompts: Sequence[PromptShape], batch_responses: int, seed: int, epoch: int) -> list[Batch]:
    """Deal the prompts, shuffled, into batches of at most `batch_responses` responses.

    A prompt that fits into a batch is never split, so it loses no pair. A larger one fills a batch and its
    surplus goes to later ones; its responses are shuffled first, so that another epoch sees other pairs. No
    response occurs twice, and one without a partner in its group, which has nothing to teach, does not
    occur. The plan depends on the arguments alone: a run resumed in mid-epoch plans again and goes on at
    its step.
    """
    order = random.Random(f"{seed}/{epoch}")
    batches: list[Batch] = []
    groups: list[Group] = []
    room, skipped = batch_responses, 0
    for index in order.sample(range(len(prompts)), len(prompts)):
        dealt = list(_groups_of(index, prompts[index], batch_responses, order))
        used = sum(len(group.pairs) for group in dealt)
        for group in dealt:
            if len(group.responses) > room:
                batches.append(Batch(tuple(groups), skipped))
                groups, room, skipped = [], batch_responses, 0
            groups.append(group)
            room -= len(group.responses)
        skipped += len(prompts[index].pairs) - used
    if groups:
        batches.append(Batch(tuple(groups), skipped))
    return batches


def _groups_of(index: int, prompt: PromptShape, size: int, order: random.Random) -> Iterator[Group]:
    count = len(prompt.lengths)
    responses = list(range(count)) if count <= size else order.sample(range(count), count)
    for start in range(0, count, size):
        chosen = responses[start : start + size]
        place = {response: i for i, response in enumerate(chosen)}
        pairs = tuple(
            (place[winner], place[loser]) for winner, loser in prompt.pairs if winner in place and loser in place
        )
        if pairs:
            yield Group(index, tuple(chosen), pairs)


def pack(sizes: Sequence[tuple[int, int]], token_budget: int, rows: int | None = None) -> list[list[int]]:
    """Deal items into padded forward passes of at most `token_budget` tokens and `rows` rows.

    `sizes`: (rows, tokens of the longest row) of each item; a pass takes rows x longest tokens. Returns
    positions in `sizes`, items of like length together. An item above the limits goes alone. Equal input
    gives equal output.
    """
    passes: list[list[int]] = []
    filled, longest = 0, 0
    for i in sorted(range(len(sizes)), key=lambda i: (-sizes[i][1], i)):
        item_rows, length = sizes[i]
        total = filled + item_rows
        if not passes or total * longest > token_budget or (rows is not None and total > rows):
            passes.append([])
            total, longest = item_rows, length
        passes[-1].append(i)
        filled = total
    return passes
