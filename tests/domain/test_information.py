"""What a prompt is worth, and the order in which prompts are dealt, against literal re-statements."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.information import NO_JUDGE, arm_of, dealing_order, information
from annotate.domain.states import Arm

CHANCES = st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1)).map(
    lambda row: tuple(value / sum(row) for value in row)
)
PAIRS = st.lists(st.tuples(CHANCES, st.integers(1, 4), st.sampled_from([1, 0, -1, NO_JUDGE])), min_size=1, max_size=20)


@given(PAIRS)
def test_information_is_the_mean_over_pairs_of_entropy_and_of_doubt_in_the_judge(pairs) -> None:  # type: ignore[no-untyped-def]
    found = information([c for c, _, _ in pairs], [p for _, p, _ in pairs], [j for *_, j in pairs])
    literally: dict[int, list[float]] = {}
    for (a, equal, b), prompt, said in pairs:
        worth = -sum(p * log(p) for p in (a, equal, b)) / log(3)
        if said != NO_JUDGE:
            worth = (worth + 1 - {1: a, 0: equal, -1: b}[said]) / 2
        literally.setdefault(prompt, []).append(worth)
    assert found == {prompt: pytest.approx(sum(row) / len(row)) for prompt, row in literally.items()}
    assert all(0 <= value <= 1 for value in found.values())


def test_a_sure_model_makes_a_pair_worthless_and_a_judge_who_contradicts_it_does_not() -> None:
    sure = [[1.0, 0.0, 0.0]]
    assert information(sure, [1], [NO_JUDGE]) == {1: 0.0}
    assert information(sure, [1], [1]) == {1: 0.0}
    assert information(sure, [1], [-1]) == {1: 0.5}
    assert information([[1 / 3] * 3], [1], [NO_JUDGE]) == {1: pytest.approx(1.0)}


@given(
    st.dictionaries(st.integers(1, 500), st.tuples(st.floats(0, 1), st.sampled_from(list(Arm))), max_size=60),
    st.sampled_from([0.1, 0.2, 0.5, 1.0]),
    st.text(max_size=3),
)
def test_chosen_prompts_come_by_information_with_the_share_of_random_ones_between(
    prompts: dict[int, tuple[float, Arm]], share: float, seed: str
) -> None:
    worth = {key: value for key, (value, _arm) in prompts.items()}
    arms = {key: arm for key, (_value, arm) in prompts.items()}
    order = dealing_order(worth, arms, share, seed)
    assert sorted(order) == sorted(prompts)
    chosen = [key for key in order if arms[key] == Arm.CHOSEN]
    assert chosen == sorted(chosen, key=lambda key: (-worth[key], key))
    n_random = 0
    for place, key in enumerate(order):
        before = order[:place]
        both_left = any(arms[k] == Arm.RANDOM for k in order[place:]) and any(
            arms[k] == Arm.CHOSEN for k in order[place:]
        )
        if both_left:
            assert abs(sum(arms[k] == Arm.RANDOM for k in before) - share * place) < 1
        n_random += arms[key] == Arm.RANDOM
    # What a model says moves no random prompt before another.
    turned = dealing_order({key: 1 - value for key, value in worth.items()}, arms, share, seed)
    assert [k for k in turned if arms[k] == Arm.RANDOM] == [k for k in order if arms[k] == Arm.RANDOM]


def test_the_arm_of_a_prompt_is_drawn_by_its_share_and_stays() -> None:
    arms = [arm_of(prompt, 0.2, "7") for prompt in range(10_000)]
    assert arms == [arm_of(prompt, 0.2, "7") for prompt in range(10_000)]
    assert 1_850 < arms.count(Arm.RANDOM) < 2_150
    assert {arm_of(1, 0.0, "7"), arm_of(1, 1.0, "7")} == {Arm.CHOSEN, Arm.RANDOM}
