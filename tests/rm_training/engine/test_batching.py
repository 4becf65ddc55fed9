from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from rm_training.engine.batching import Batch, PromptShape, pack, plan_epoch


def full_order(responses: int) -> PromptShape:
    return PromptShape((10,) * responses, tuple(combinations(range(responses), 2)))


def seen(batches: list[Batch]) -> Counter[tuple[int, int]]:
    return Counter((g.prompt, r) for batch in batches for g in batch.groups for r in g.responses)


shapes = st.lists(st.integers(2, 12).map(full_order), min_size=1, max_size=30)


@given(shapes, st.integers(2, 16), st.integers(0, 5), st.integers(0, 3))
def test_no_response_is_forwarded_twice_and_every_pair_is_used_or_counted_as_skipped(
    prompts: list[PromptShape], size: int, seed: int, epoch: int
) -> None:
    batches = plan_epoch(prompts, size, seed, epoch)

    assert all(count == 1 for count in seen(batches).values())
    assert all(batch.responses <= size and batch.pairs_used > 0 for batch in batches)
    used = sum(batch.pairs_used for batch in batches)
    skipped = sum(batch.pairs_skipped for batch in batches)
    assert used + skipped == sum(len(prompt.pairs) for prompt in prompts)


@given(shapes, st.integers(12, 40))
def test_prompts_that_fit_into_a_batch_lose_no_pair(prompts: list[PromptShape], size: int) -> None:
    batches = plan_epoch(prompts, size, seed=0, epoch=0)

    assert sum(batch.pairs_skipped for batch in batches) == 0
    assert len(seen(batches)) == sum(len(prompt.lengths) for prompt in prompts)


def test_the_surplus_of_a_large_prompt_goes_to_later_batches() -> None:
    batches = plan_epoch([full_order(7)], 4, seed=0, epoch=0)

    assert [batch.responses for batch in batches] == [4, 3]
    assert [batch.pairs_used for batch in batches] == [6, 3]
    assert sum(batch.pairs_skipped for batch in batches) == 21 - 9


def test_pairs_of_a_group_are_the_pairs_of_its_responses() -> None:
    prompt = full_order(7)

    for batch in plan_epoch([prompt], 4, seed=3, epoch=0):
        for group in batch.groups:
            original = {(group.responses[winner], group.responses[loser]) for winner, loser in group.pairs}
            assert original == {pair for pair in prompt.pairs if set(pair) <= set(group.responses)}


def test_a_response_left_without_a_partner_is_not_forwarded() -> None:
    batches = plan_epoch([full_order(5)], 4, seed=0, epoch=0)

    assert [batch.responses for batch in batches] == [4]


def test_the_plan_depends_on_seed_and_epoch_alone() -> None:
    prompts = [full_order(5)] * 40

    assert plan_epoch(prompts, 16, 1, 0) == plan_epoch(prompts, 16, 1, 0)
    assert plan_epoch(prompts, 16, 1, 0) != plan_epoch(prompts, 16, 1, 1)
    assert plan_epoch(prompts, 16, 1, 0) != plan_epoch(prompts, 16, 2, 0)


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 50)), max_size=40),
    st.integers(1, 200),
    st.one_of(st.none(), st.integers(1, 10)),
)
def test_passes_hold_everything_once_and_keep_the_limits_unless_one_item_breaks_them(
    sizes: list[tuple[int, int]], budget: int, rows: int | None
) -> None:
    passes = pack(sizes, budget, rows)

    assert sorted(i for chosen in passes for i in chosen) == list(range(len(sizes)))
    for chosen in passes:
        total = sum(sizes[i][0] for i in chosen)
        longest = max(sizes[i][1] for i in chosen)
        fits = total * longest <= budget and (rows is None or total <= rows)
        assert fits or len(chosen) == 1
