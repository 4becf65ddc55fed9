"""The split into training and benchmark: no leak, stable over versions, and something to measure with."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.states import Split, Subset
from annotate.services.set_split import Candidate, split_prompts


def candidate(
    key: int,
    *,
    cluster: int | None = None,
    subset: str = "open",
    category: str = "数学",
    has_pairs: bool = True,
    chosen: bool = False,
) -> Candidate:
    return Candidate(key, f"p{key}", Subset(subset), category, has_pairs, key if cluster is None else cluster, chosen)


@st.composite
def projects(draw: st.DrawFn) -> tuple[list[Candidate], dict[int, bool], float, int]:
    n = draw(st.integers(1, 40))
    candidates = [
        candidate(
            key,
            cluster=draw(st.integers(0, 25)),
            subset=draw(st.sampled_from(["open", "human"])),
            category=draw(st.sampled_from(["数学", "文学", "代码"])),
            has_pairs=draw(st.booleans()),
        )
        for key in range(n)
    ]
    earlier = draw(st.dictionaries(st.integers(0, 25), st.booleans(), max_size=8))
    return candidates, earlier, draw(st.floats(0, 0.9)), draw(st.integers(0, 1000))


@given(projects())
def test_a_cluster_is_never_on_both_sides_and_a_benchmark_prompt_is_in_its_own_subset(
    project: tuple[list[Candidate], dict[int, bool], float, int],
) -> None:
    candidates, earlier, share, seed = project
    sides = split_prompts(candidates, earlier, share, seed)
    assert sides.keys() == {one.key for one in candidates}
    trained = {one.cluster for one in candidates if sides[one.key] == Split.TRAIN}
    measured = {one.cluster for one in candidates if sides[one.key] != Split.TRAIN}
    assert trained.isdisjoint(measured)
    assert all(sides[one.key] in (Split.TRAIN, one.subset.value) for one in candidates)


@given(projects(), st.sets(st.integers(0, 39)))
def test_what_a_model_chose_is_never_measured_with_nor_is_its_near_duplicate(
    project: tuple[list[Candidate], dict[int, bool], float, int], chosen: set[int]
) -> None:
    candidates, earlier, share, seed = project
    candidates = [replace(one, chosen=one.key in chosen) for one in candidates]
    sides = split_prompts(candidates, earlier, share, seed)
    measured = {one.cluster for one in candidates if sides.get(one.key, Split.TRAIN) != Split.TRAIN}
    for one in candidates:
        if one.chosen:
            # Left out just where an earlier benchmark holds a near-duplicate, which may not be trained on.
            assert sides.get(one.key) == (None if earlier.get(one.cluster) else Split.TRAIN)
            assert one.cluster not in measured or earlier.get(one.cluster)
        else:
            assert one.key in sides
    assert measured.isdisjoint(one.cluster for one in candidates if sides.get(one.key) == Split.TRAIN)


@given(projects())
def test_what_an_earlier_set_decided_stays(project: tuple[list[Candidate], dict[int, bool], float, int]) -> None:
    candidates, earlier, share, seed = project
    sides = split_prompts(candidates, earlier, share, seed)
    for one in candidates:
        if one.cluster in earlier:
            assert (sides[one.key] != Split.TRAIN) == earlier[one.cluster]


@given(projects())
def test_the_order_of_the_rows_does_not_matter(project: tuple[list[Candidate], dict[int, bool], float, int]) -> None:
    # The first member stands for its cluster, so clusters of one are what can be shuffled freely.
    candidates = [candidate(one.key, subset=one.subset, category=one.category) for one in project[0]]
    share, seed = project[2:]
    assert split_prompts(candidates, {}, share, seed) == split_prompts(candidates[::-1], {}, share, seed)


@given(projects())
def test_training_keeps_a_pair_to_learn_from(project: tuple[list[Candidate], dict[int, bool], float, int]) -> None:
    candidates, _earlier, share, seed = project
    sides = split_prompts(candidates, {}, share, seed)
    if len(candidates) >= 3 and any(one.has_pairs for one in candidates):
        assert any(sides[one.key] == Split.TRAIN and one.has_pairs for one in candidates)


def test_both_subsets_get_the_share_category_by_category() -> None:
    candidates = [
        candidate(n, subset="human" if n % 2 else "open", category=("数学", "文学", "代码", "写作")[n // 2 % 4])
        for n in range(400)
    ]
    sides = split_prompts(candidates, {}, 0.2, 7)
    strata = Counter((sides[one.key].value, one.category) for one in candidates)
    assert {strata[subset, name] for subset in ("open", "human") for name in ("数学", "文学", "代码", "写作")} == {10}


def test_another_seed_draws_other_prompts() -> None:
    candidates = [candidate(n) for n in range(100)]
    assert split_prompts(candidates, {}, 0.2, 1) != split_prompts(candidates, {}, 0.2, 2)


def test_two_clusters_suffice_for_a_benchmark_that_measures_something() -> None:
    candidates = [candidate(0, has_pairs=False), candidate(1), candidate(2), candidate(3)]
    sides = split_prompts(candidates, {}, 0.01, 0)
    measured = [one for one in candidates if sides[one.key] == Split.OPEN]
    assert len(measured) == 1
    assert measured[0].has_pairs


def test_what_earlier_sets_put_on_the_benchmark_counts_towards_the_share() -> None:
    candidates = [candidate(n) for n in range(100)]
    first = split_prompts(candidates[:50], {}, 0.2, 3)
    earlier = {one.cluster: first[one.key] != Split.TRAIN for one in candidates[:50]}
    second = split_prompts(candidates, earlier, 0.2, 4)
    assert sum(side == Split.OPEN for side in first.values()) == 10
    assert sum(side == Split.OPEN for side in second.values()) == 20


def test_a_huge_cluster_of_near_duplicates_goes_to_training() -> None:
    candidates = [candidate(n, cluster=0) for n in range(60)] + [candidate(n) for n in range(60, 100)]
    sides = split_prompts(candidates, {}, 0.2, 5)
    assert {sides[n] for n in range(60)} == {Split.TRAIN}
    assert sum(side == Split.OPEN for side in sides.values()) == 20


def test_no_share_no_benchmark() -> None:
    assert set(split_prompts([candidate(n) for n in range(10)], {}, 0, 0).values()) == {Split.TRAIN}
