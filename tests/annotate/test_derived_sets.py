"""Sets made of people's prompts and of judges' comparisons: their files against a literal recount from the rows."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from zlib import crc32

import networkx as nx
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from annotate.models import JudgeCall, JudgeRun, PreferenceSet, PreferenceSetItem, Prompt, Response
from annotate.problems import Conflict, Invalid
from annotate.selectors.withdrawals import submissions, why_kept
from annotate.services.derived_sets import DerivedWish, derived_create, judge_runs_usable
from annotate.services.judge_judgements import StoredRewards
from annotate.services.sets import set_freeze, set_run
from tests.annotate.distant import human_set, judged_run, stored_rewards, unsettled
from tests.annotate.finished import add_accepted, texts
from tests.people import Cast, add_prompts, annotate_all, cast

pytestmark = pytest.mark.django_db

MARGIN = 2.0


def derived(
    people: Cast, base: PreferenceSet, runs: list[JudgeRun], rewards: StoredRewards | None, **wishes: Any
) -> PreferenceSet:
    """Return a derived set as the worker leaves it."""
    wish = DerivedWish(**{"include_human": True, "margin": MARGIN, "use_debias": True, "seed": 3} | wishes)
    row = derived_create(
        human_set=base, runs=runs, rewards=rewards, wish=wish, name="蒸馏", note="", user=people.researcher
    )
    set_freeze(set_id=row.pk)
    row.refresh_from_db()
    return row


def stored(row: PreferenceSet, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw(row, name).decode().splitlines()]


def raw(row: PreferenceSet, name: str) -> bytes:
    with storages["artifacts"].open(f"{row.folder}/{name}") as file:
        return file.read()


def moody(first: Response, second: Response) -> str:
    """Say anything, also nonsense, but always the same."""
    return ("a", "b", "a", "equal", "b", "", "a", "b")[crc32(f"{first.text} {second.text}".encode()) % 8]


def older(first: Response, second: Response) -> str:
    """Like the response with the smaller id, so that nothing is ever contradicted."""
    return "a" if first.pk < second.pk else "b"


def liked(prompts: list[Prompt]) -> dict[int, float]:
    """Return rewards of most responses, with equal ones among them."""
    rows = Response.objects.filter(prompt__in=prompts).values_list("pk", "prompt__external_id", "ring_index")
    chance = {pk: crc32(f"{prompt} {place}".encode()) for pk, prompt, place in rows}
    return {pk: float(number % 11) for pk, number in chance.items() if number % 13}


def name_of(response: Response) -> str:
    return f"{response.prompt.external_id}:r{response.ring_index}"


def literal_verdicts(run: JudgeRun) -> dict[tuple[int, int], str | None]:
    """Return {(smaller id, larger id): verdict}, pair by pair, as decision 0012 says."""
    said: dict[tuple[int, int], list[str]] = {}
    for call in JudgeCall.objects.filter(run=run, state="done"):
        pair = (min(call.first_id, call.second_id), max(call.first_id, call.second_id))
        mirrored = {"a": "b", "b": "a"}.get(call.verdict, call.verdict)
        said.setdefault(pair, []).append(call.verdict if call.first_id == pair[0] else mirrored)
    read = {pair: {word for word in words if word} for pair, words in said.items()}
    return {pair: None if not words else words.pop() if len(words) == 1 else "equal" for pair, words in read.items()}


def literal_why(word: str | None, a: int, b: int, rewards: dict[int, float], margin: float | None) -> str:
    """Return what becomes of one comparison before lengths are levelled."""
    if word is None:
        return "unreadable"
    if word == "equal":
        return "tie"
    if margin is None:
        return "kept"
    chosen, rejected = (a, b) if word == "a" else (b, a)
    if chosen not in rewards or rejected not in rewards:
        return "unscored"
    lead = rewards[chosen] - rewards[rejected]
    return "disagrees" if lead <= 0 else "margin" if lead < margin else "kept"


def literal_pairs(kept: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs (better, worse) that a path of comparisons backs, outside every cycle."""
    graph = nx.DiGraph(kept)
    group = {node: n for n, part in enumerate(nx.strongly_connected_components(graph)) for node in part}
    return {(one, other) for one in graph for other in nx.descendants(graph, one) if group[one] != group[other]}


@pytest.mark.parametrize("order", ["random", "both"])
@pytest.mark.parametrize("margin", [None, 0.0, MARGIN])
def test_every_line_is_what_a_literal_recount_of_the_rows_gives(
    people: Cast, tmp_path: Path, order: str, margin: float | None
) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(30, 500))
    run = judged_run(people, prompts, moody, order=order)
    rewards = liked(prompts)
    row = derived(people, base, [run], stored_rewards(tmp_path, rewards), margin=margin, use_debias=False)
    assert (row.state, row.error) == ("frozen", "")

    responses = {one.pk: one for one in Response.objects.select_related("prompt").filter(prompt__in=prompts)}
    expected, kept = [], {}
    for (a, b), word in literal_verdicts(run).items():
        why = literal_why(word, a, b, rewards, margin)
        one, other = name_of(responses[a]), name_of(responses[b])
        expected.append((one, other, word, why))
        if why == "kept":
            pair = (one, other) if word == "a" else (other, one)
            kept.setdefault(responses[a].prompt.external_id, []).append(pair)
    trained = {prompt: literal_pairs(pairs) for prompt, pairs in kept.items()}
    expected = [
        (one, other, word, why if why != "kept" or pair_of(one, other, word) in trained[prompt_of(one)] else "merged")
        for one, other, word, why in expected
    ]
    lines = [line for line in stored(row, "lineage.jsonl") if line["source"] == "judge"]
    said = [(one["response_a"], one["response_b"], one["verdict"], one["why"]) for one in lines if one["why"] != "path"]
    assert sorted(said, key=str) == sorted(expected, key=str)
    assert {"kept", "tie", "unreadable"} <= {why for *_rest, why in said}
    if margin is None:
        assert "merged" in {why for *_rest, why in said}

    learnt = {
        line["responses"][0]["id"].rsplit(":r", 1)[0]: {(winner, loser) for winner, loser, _ in line["annotations"]}
        for line in stored(row, "cheems_train.jsonl")
    }
    judged = {prompt: pairs for prompt, pairs in learnt.items() if prompt.startswith("u")}
    assert judged == {prompt: pairs for prompt, pairs in trained.items() if pairs}
    in_training = [pair_of(one["response_a"], one["response_b"], one["verdict"]) for one in lines if one["in_training"]]
    assert len(in_training) == len(set(in_training))
    assert set(in_training) == {pair for pairs in judged.values() for pair in pairs}


def pair_of(one: str, other: str, word: str | None) -> tuple[str, str]:
    return (other, one) if word == "b" else (one, other)


def prompt_of(response: str) -> str:
    return response.rsplit(":r", 1)[0]


def test_what_people_made_is_taken_over_line_by_line_and_the_benchmark_byte_by_byte(
    people: Cast, tmp_path: Path
) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(10, 500))
    run = judged_run(people, prompts, moody)
    row = derived(people, base, [run], stored_rewards(tmp_path, liked(prompts)), margin=0.0)
    for name in ("cheems_bench/open.jsonl", "cheems_bench/human.jsonl"):
        assert raw(row, name) == raw(base, name)
    assert row.benchmark_sha256 == base.benchmark_sha256
    for name in ("cheems_train.jsonl", "trl.jsonl"):
        assert raw(row, name).startswith(raw(base, name))
    ours = [line | {"set": ""} for line in stored(row, "annotations.jsonl")]
    theirs = [line | {"set": ""} for line in stored(base, "annotations.jsonl")]
    assert ours[: len(theirs)] == theirs
    added = ours[len(theirs) :]
    assert {(line["kind"], line["by"], line["pass"]) for line in added} == {("judge", "judge-model", None)}
    assert {line["set"] for line in stored(row, "annotations.jsonl")} == {"蒸馏:v1"}
    sides = dict(row.items.values_list("prompt_id", "split"))
    assert {key: sides[key] for key in base.items.values_list("prompt_id", flat=True)} == dict(
        base.items.values_list("prompt_id", "split")
    )
    counts, before = row.statistics["counts"], base.statistics["counts"]
    assert (counts["open"], counts["human"]) == (before["open"], before["human"])
    assert counts["train"]["prompts"] == len(stored(row, "cheems_train.jsonl")) > before["train"]["prompts"]
    assert counts["train"]["pairs"] == len(stored(row, "trl.jsonl"))
    assert row.manifest["votes"]["judge"] >= len(added)
    human = [line for line in stored(row, "lineage.jsonl") if line["source"] == "human"]
    learnt = [pair_of(one["response_a"], one["response_b"], one["verdict"]) for one in human if one["in_training"]]
    assert len(learnt) == before["train"]["pairs"]
    recipe = row.manifest["recipe"]
    assert recipe == row.statistics["recipe"]
    assert (recipe["human_set"]["sha256"], recipe["margin"], recipe["debias"]) == (base.sha256, 0.0, True)
    told = Counter(line["why"] for line in stored(row, "lineage.jsonl") if line["source"] == "judge")
    assert recipe["lineage"]["judge"] == dict(told)


def test_where_the_judge_stood_the_responses_is_told(people: Cast, tmp_path: Path) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(6, 500))
    run = judged_run(people, prompts, lambda first, second: "a" if first.ring_index < second.ring_index else "b")
    row = derived(people, base, [run], None, margin=None, use_debias=False)
    shown = {(name_of(call.first), name_of(call.second)) for call in run.calls.select_related("first__prompt")}
    for line in stored(row, "annotations.jsonl"):
        if line["prompt_id"].startswith("u"):
            first = line["response_a"] if line["position_a"] == 0 else line["response_b"]
            second = line["response_b"] if line["position_a"] == 0 else line["response_a"]
            assert {line["position_a"], line["position_b"]} == {0, 1}
            assert (first, second) in shown


def test_length_debias_leaves_both_groups_equally_large(people: Cast, tmp_path: Path) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(30, 500))
    run = judged_run(
        people, prompts, lambda one, two: "a" if len(one.text) >= len(two.text) or one.pk % 5 == 0 else "b"
    )
    row = derived(people, base, [run], None, margin=None)
    groups = row.statistics["recipe"]["length_groups"]
    lengths = {name_of(one): len(one.text) for one in Response.objects.select_related("prompt")}
    kept = {True: [0, 0], False: [0, 0]}
    for line in stored(row, "lineage.jsonl"):
        if line["source"] == "judge" and line["why"] in ("kept", "merged", "length"):
            winner, loser = pair_of(line["response_a"], line["response_b"], line["verdict"])
            excess = lengths[winner] - lengths[loser]
            kept[line["kept"]][excess < 0] += excess != 0
    (longer, shorter), (dropped_longer, dropped_shorter) = kept[True], kept[False]
    assert longer == shorter > 0
    assert (dropped_longer > 0, dropped_shorter) == (True, 0)
    assert groups["after"]["longer"] == groups["after"]["shorter"] == longer
    assert groups["before"]["longer"] == longer + dropped_longer


def test_no_prompt_of_a_benchmark_nor_a_near_duplicate_of_one_is_ever_trained_on(people: Cast, tmp_path: Path) -> None:
    base = human_set(people)
    trained = list(Prompt.objects.filter(set_items__set=base, set_items__split="train"))
    add_accepted(people.project, texts(6, 700), source="论坛", tag="o")
    set_run(project=people.project, name="另", filters={"sources": ["论坛"]}, benchmark_share=0.5, seed=9, note="")
    on_benchmarks = PreferenceSetItem.objects.exclude(split="train").values("prompt")
    measured = list(Prompt.objects.filter(pk__in=on_benchmarks))
    assert any(prompt.external_id.startswith("o") for prompt in measured)
    near = unsettled(people.project, [f"{prompt.text}？！" for prompt in measured], tag="near")
    free = unsettled(people.project, texts(5, 500), tag="u")
    run = judged_run(people, [*measured, *near, *trained[:3], *free], older)
    row = derived(people, base, [run], None, margin=None, use_debias=False, include_human=False)
    learnt = {line["input"] for line in stored(row, "cheems_train.jsonl")}
    assert learnt == {prompt.text for prompt in [*trained[:3], *free]}
    why = {line["prompt_id"]: line["why"] for line in stored(row, "lineage.jsonl")}
    assert {why[prompt.external_id] for prompt in [*measured, *near]} == {"benchmark"}

    row = derived(people, base, [run], None, margin=None, use_debias=False)
    lines = [line for line in stored(row, "lineage.jsonl") if line["source"] == "judge"]
    assert {line["why"] for line in lines if line["prompt_id"] == trained[0].external_id} == {"human"}
    assert len(stored(row, "cheems_train.jsonl")) == len(trained) + len(free)


def test_dropped_prompts_and_discarded_responses_stay_out(people: Cast, tmp_path: Path) -> None:
    base = human_set(people)
    dropped, partly, whole = unsettled(people.project, texts(3, 500))
    run = judged_run(people, [dropped, partly, whole], older)
    Prompt.objects.filter(pk=dropped.pk).update(state="dropped", drop_reason="harmful")
    gone = partly.responses.order_by("pk")[0]
    Response.objects.filter(pk=gone.pk).update(discarded=True)
    row = derived(people, base, [run], None, margin=None, use_debias=False, include_human=False)
    why = [(line["prompt_id"], line["why"]) for line in stored(row, "lineage.jsonl")]
    assert Counter(why) == {
        (dropped.external_id, "prompt"): 6,
        (partly.external_id, "response"): 3,
        (partly.external_id, "kept"): 3,
        (whole.external_id, "kept"): 6,
    }
    assert name_of(gone) not in raw(row, "cheems_train.jsonl").decode()


def test_two_judges_who_contradict_each_other_make_no_pair(people: Cast) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(4, 500), n_responses=3)
    one = judged_run(people, prompts, older)
    two = judged_run(people, prompts[:2], lambda first, second: "b" if first.pk < second.pk else "a")
    row = derived(people, base, [one, two], None, margin=None, use_debias=False, include_human=False)
    assert len(stored(row, "cheems_train.jsonl")) == 2
    lines = stored(row, "lineage.jsonl")
    assert Counter(line["why"] for line in lines) == {"merged": 12, "kept": 6}


def test_freezing_again_gives_the_same_set(people: Cast, tmp_path: Path) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(10, 500))
    run = judged_run(people, prompts, moody)
    rewards = stored_rewards(tmp_path, liked(prompts))
    first, second = (derived(people, base, [run], rewards, margin=0.0) for _ in range(2))
    assert (first.version, second.version) == (1, 2)
    for name in ("cheems_train.jsonl", "trl.jsonl", "lineage.jsonl"):
        assert raw(first, name) == raw(second, name)


@pytest.mark.parametrize(
    ("margin", "damage", "code"), [(99.0, False, "no_judge_pairs"), (0.0, True, "rewards_damaged")]
)
def test_a_set_that_cannot_be_made_says_why(
    people: Cast, tmp_path: Path, margin: float, damage: bool, code: str
) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(4, 500))
    run = judged_run(people, prompts, moody)
    rewards = stored_rewards(tmp_path, liked(prompts))
    if damage:
        rewards = StoredRewards(rewards.name, "0" * 64)
    row = derived(people, base, [run], rewards, margin=margin)
    assert (row.state, row.error) == ("failed", code)
    assert len(people.client(people.owner).get(f"/api/sets/{row.pk}").json()["error"]) > 20


def test_rewards_cut_off_in_the_store_are_mended_by_storing_them_again(people: Cast, tmp_path: Path) -> None:
    base = human_set(people)
    prompts = unsettled(people.project, texts(4, 500))
    run = judged_run(people, prompts, moody)
    rewards = stored_rewards(tmp_path, liked(prompts))
    storage = storages["artifacts"]
    with storage.open(rewards.name, "rb") as file:
        whole = file.read()
    storage.delete(rewards.name)
    storage.save(rewards.name, ContentFile(whole[: len(whole) // 2]))
    assert stored_rewards(tmp_path, liked(prompts)) == rewards
    row = derived(people, base, [run], rewards, margin=0.0)
    assert (row.state, row.error) == ("frozen", "")


def test_runs_that_may_not_be_used_are_refused_with_their_field(people: Cast) -> None:
    base = human_set(people)
    (prompt, *_rest) = unsettled(people.project, texts(2, 500))
    run = judged_run(people, [prompt], moody)
    known = judged_run(people, [base.items.earliest("pk").prompt], moody)
    stranger = cast()
    foreign = judged_run(stranger, unsettled(stranger.project, texts(1, 900)), moody)
    busy = judged_run(people, [prompt], moody)
    JudgeRun.objects.filter(pk=busy.pk).update(state="running")
    secret = judged_run(people, [prompt], moody)
    JudgeRun.objects.filter(pk=secret.trial_id).update(released_at=None)
    assert judge_runs_usable(human_set=base, run_ids=[run.pk]) == [run]
    cases = {
        "no_judge_run": [],
        "foreign_judge_run": [run.pk, foreign.pk],
        "judge_at_work": [busy.pk],
        "judge_not_released": [secret.trial_id],
        "nothing_judged": [known.pk],
    }
    for code, run_ids in cases.items():
        with pytest.raises(Invalid) as refused:
            judge_runs_usable(human_set=base, run_ids=run_ids)
        assert (refused.value.code, refused.value.errors[0]["field"]) == (code, "judge_runs")
    made = derived(people, base, [run], None, margin=None, use_debias=False)
    with pytest.raises(Invalid) as refused:
        judge_runs_usable(human_set=made, run_ids=[run.pk])
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("derived_set", "human_set")
    PreferenceSet.objects.filter(pk=made.pk).exclude(state="frozen").update(state="failed")
    with pytest.raises(Conflict):
        judge_runs_usable(human_set=PreferenceSet(project=people.project, state="freezing"), run_ids=[run.pk])


def test_what_people_say_later_of_a_prompt_that_judges_brought_into_a_set_can_still_be_taken_back(
    people: Cast,
) -> None:
    base = human_set(people)
    prompts = add_prompts(people.project, 1, n_responses=3, start=900)
    run = judged_run(people, prompts, older)
    row = derived(people, base, [run], None, margin=None, use_debias=False)
    assert row.items.filter(prompt=prompts[0], split="train").exists()
    annotator = people.annotators[0]
    assert annotate_all(annotator, people.project, dict.fromkeys(range(100_000), 3)) > 0
    assert {why_kept(said) for said in submissions(annotator)} == {None}
