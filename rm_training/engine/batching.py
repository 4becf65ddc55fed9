"""Which responses go through the model together (PROTOCOL 9); pure functions of sizes, seed and epoch."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True)
class PromptShape:
    """Of a prompt, what batching must know: tokens per response, (winner, loser) pairs and ties of positions."""

    lengths: tuple[int, ...]
    pairs: tuple[Pair, ...]
    ties: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Group:
    """Responses of one prompt that share a batch.

    `pairs` and `ties` count positions in `responses`; `pair_numbers` says which of the prompt's pairs the pairs are.
    """

    prompt: int
    responses: tuple[int, ...]
    pairs: tuple[Pair, ...]
    pair_numbers: tuple[int, ...] = ()
    ties: tuple[Pair, ...] = ()


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
        numbers = [n for n, (winner, loser) in enumerate(prompt.pairs) if winner in place and loser in place]
        if numbers:
            yield Group(
                index,
                tuple(chosen),
                tuple((place[prompt.pairs[n][0]], place[prompt.pairs[n][1]]) for n in numbers),
                tuple(numbers),
                tuple((place[one], place[other]) for one, other in prompt.ties if one in place and other in place),
            )


def deal(costs: Sequence[int], shares: int) -> list[list[int]]:
    """Deal items to `shares` processes so that their sums of cost come out alike; positions in `costs`.

    The dearest first, each to whoever has least so far (Graham 1969: at most 4/3 of the best possible). Equal input
    gives equal output on every process.
    """
    loads = [0] * shares
    dealt: list[list[int]] = [[] for _ in range(shares)]
    for i in sorted(range(len(costs)), key=lambda i: (-costs[i], i)):
        least = loads.index(min(loads))
        dealt[least].append(i)
        loads[least] += costs[i]
    return [sorted(share) for share in dealt]


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


def pack_tight(sizes: Sequence[tuple[int, int]], token_budget: int) -> list[list[int]]:
    """Deal items into passes without padding, each of at most `token_budget` tokens.

    `sizes`: (tokens, those of its longest sample) of each item. Returns positions in `sizes`, items of like length
    together; an item above the budget goes alone. Equal input gives equal output.
    """
    passes: list[list[int]] = []
    filled = 0
    for i in sorted(range(len(sizes)), key=lambda i: (-sizes[i][1], i)):
        if not passes or filled + sizes[i][0] > token_budget:
            passes.append([])
            filled = 0
        passes[-1].append(i)
        filled += sizes[i][0]
    return passes
