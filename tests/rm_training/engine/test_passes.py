"""How samples share passes."""

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rm_training.engine.passes import Rectangles, in_passes

PROMPTS = st.lists(st.lists(st.integers(1, 30), max_size=6), max_size=8)


def tokens(group: Sequence[int]) -> int:
    return len(group) * max(group)


@given(PROMPTS, st.integers(1, 200))
def test_every_sample_gets_its_value_within_the_budget_and_a_prompt_shares_a_pass(prompts, budget):
    named = [[(i, j, size) for j, size in enumerate(row)] for i, row in enumerate(prompts)]
    passes, seen = [], []

    def forward(groups):
        passes.append(groups)
        return [sample for group in groups for sample in group]

    values = in_passes(
        named,
        forward,
        packer=Rectangles(lambda sample: sample[2]),
        same=lambda sample: sample,
        token_budget=budget,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert values == named
    for groups in passes:
        sizes = [size for group in groups for _, _, size in group]
        assert tokens(sizes) <= budget or len(sizes) == 1
        assert all(len({i for i, _, _ in group}) == 1 for group in groups)
    for i, row in enumerate(prompts):
        if row and tokens(row) <= budget:
            assert sum(group[0][0] == i for groups in passes for group in groups) == 1
    total = sum(map(len, prompts))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert not total or seen[-1] == (total, total)


def test_out_of_memory_halves_the_budget_says_so_and_loses_no_sample(capsys):
    room = 40

    def forward(groups):
        sizes = [sample for group in groups for sample in group]
        if tokens(sizes) > room:
            raise torch.OutOfMemoryError("full")
        return sizes

    prompts = [[10, 9, 8, 7], [10, 1], [3], [20, 20, 20]]

    assert in_passes(prompts, forward, packer=Rectangles(int), same=lambda sample: sample, token_budget=160) == prompts
    assert "out of memory: going on with 40 tokens a pass" in capsys.readouterr().err


def test_a_sample_that_does_not_fit_even_alone_is_out_of_memory():
    def forward(groups):
        raise torch.OutOfMemoryError("full")

    with pytest.raises(torch.OutOfMemoryError):
        in_passes([[5, 5]], forward, packer=Rectangles(int), same=lambda sample: sample, token_budget=10)


def test_equal_samples_of_a_prompt_are_computed_once_and_get_one_value():
    noise = iter(range(1000))

    def forward(groups):
        return [(sample, next(noise)) for group in groups for sample in group]

    values = in_passes(
        [[7, 3, 7], [7], [], [2, 2]], forward, packer=Rectangles(int), same=lambda sample: sample, token_budget=9
    )

    assert [[sample for sample, _ in row] for row in values] == [[7, 3, 7], [7], [], [2, 2]]
    assert values[0][0] == values[0][2] != values[1][0]
    assert next(noise) == 4
