"""The simulator: what it makes of an input file, and how its people judge. That it runs a real site, e2e tests show."""

import gzip
import json
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.agreement import passes_agreement
from annotate.domain.design import ring_tasks
from annotate.domain.graph import rank_prompt
from annotate.domain.ordering import comparisons_from_order, order_check
from simulator.chain import FEWEST_ANNOTATORS, Options
from simulator.people import NOISE, TIE_BAND, Annotator
from simulator.prepare import DEMO_FILE, Input, prepare
from simulator.problems import Broken
from simulator.quality import Quality, scores, tiers, verdict
from simulator.seniors import Senior

qualities = st.dictionaries(st.integers(1, 9), st.floats(-3, 3), min_size=3, max_size=5)
bands = st.floats(0, 1)


def write_rows(folder: Path, rows: list[Any], name: str = "rows.jsonl") -> Path:
    path = folder / name
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def row(number: int, n_responses: int = 6, **columns: Any) -> dict[str, Any]:
    responses = [{"model": f"m{k}", "text": f"第 {number} 题的回答 {k}"} for k in range(n_responses)]
    return {"id": f"p{number}", "prompt": f"第 {number} 题", "source": "open", "responses": responses, **columns}


def labelled(number: int, totals: list[float]) -> dict[str, Any]:
    made = row(number, len(totals), source="rated")
    for response, total in zip(made["responses"], totals, strict=True):
        response["labels"] = {"human_total": total, "gpt4_stars": 1}
    return made


def prepared(
    folder: Path, rows: list[Any], *, limit: int | None = None, seed: int = 0, name: str = "rows.jsonl"
) -> Input:
    target = folder / f"out-{seed}-{limit}"
    target.mkdir(exist_ok=True)
    return prepare(write_rows(folder, rows, name), limit=limit, seed=seed, folder=target)


def lines(taken: Input) -> list[dict[str, Any]]:
    return [json.loads(line) for line in taken.file.read_text(encoding="utf-8").splitlines()]


def assignment(texts: dict[int, str], prompt: str = "问", number: int = 7) -> dict[str, Any]:
    responses = [{"id": key, "text": text} for key, text in texts.items()]
    return {"id": number, "token": 1, "prompt": {"text": prompt}, "responses": responses}


def annotator(by_text: dict[tuple[str, str], float], *, noise: float, tie_band: float, name: str = "甲") -> Annotator:
    return Annotator(name, 0, noise, tie_band, Quality(by_text))


# The input


def test_the_demo_file_goes_in_whole_with_its_hidden_quality(tmp_path: Path) -> None:
    taken = prepare(DEMO_FILE, limit=None, seed=0, folder=tmp_path)
    assert (taken.n_prompts, taken.n_responses) == (40, 200)
    assert taken.labels == {"hidden": {"open": 20, "human": 20}}
    assert taken.human_sources == ["human"]
    first = lines(taken)[0]
    hidden = json.loads(DEMO_FILE.with_name("hidden_quality.json").read_text(encoding="utf-8"))["demo-001"]
    assert {
        response["model"]: taken.quality.of(first["prompt"], {1: response["text"]})[1]
        for response in first["responses"]
    } == hidden


def test_the_same_seed_draws_the_same_sample_and_another_seed_another(tmp_path: Path) -> None:
    rows = [row(number) for number in range(200)]
    first, again, other = (prepared(tmp_path, rows, limit=20, seed=seed) for seed in (1, 1, 2))
    assert lines(first) == lines(again)
    assert first.quality == again.quality
    assert [line["id"] for line in lines(first)] != [line["id"] for line in lines(other)]
    assert len({line["id"] for line in lines(first)}) == 20


def test_a_sample_reaches_to_the_end_of_the_file(tmp_path: Path) -> None:
    rows = [row(number) for number in range(1000)]
    numbers = [int(line["id"][1:]) for line in lines(prepared(tmp_path, rows, limit=100))]
    assert min(numbers) < 100
    assert max(numbers) >= 900


def test_five_responses_with_different_texts_are_chosen(tmp_path: Path) -> None:
    twins = row(1, 8)
    twins["responses"][0]["text"] = twins["responses"][1]["text"] + " "
    twins["responses"][2]["text"] = " \n"
    taken = prepared(tmp_path, [twins])
    texts = [response["text"].strip() for response in lines(taken)[0]["responses"]]
    assert len(texts) == len(set(texts)) == 5
    assert all(texts)
    assert taken.left_out == {"responses: same text as another": 1, "responses: blank or unreadable": 1}


def test_what_cannot_be_used_is_left_out_and_said(tmp_path: Path) -> None:
    rows = [row(1), "{", row(2, 2), row(1), {"prompt": "无回答"}, {"responses": []}]
    taken = prepared(tmp_path, rows)
    assert taken.n_prompts == 1
    assert taken.left_out == {
        "lines: not_json": 1,
        "lines: no prompt": 1,
        "prompts: fewer than 3 different responses": 2,
        "prompts: repeated": 1,
    }


def test_a_file_with_nothing_usable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="no prompt"):
        prepared(tmp_path, [row(1, 2)])


def test_a_compressed_file_is_read_by_its_content(tmp_path: Path) -> None:
    assert prepared(tmp_path, [row(1), row(2)], name="rows.jsonl.gz").n_prompts == 2


def test_the_file_for_the_site_holds_no_label(tmp_path: Path) -> None:
    taken = prepared(tmp_path, [labelled(1, [1, 2, 3, 4, 5])])
    assert set(lines(taken)[0]) == {"id", "prompt", "source", "responses"}
    assert all(set(response) == {"model", "text"} for response in lines(taken)[0]["responses"])


def test_human_labels_become_qualities_of_unit_variance_in_their_order(tmp_path: Path) -> None:
    taken = prepared(tmp_path, [labelled(1, [5, 9, 1, 7, 3])])
    found = [taken.quality.of("第 1 题", {1: f"第 1 题的回答 {k}"})[1] for k in range(5)]
    assert sorted(range(5), key=found.__getitem__) == [2, 4, 0, 3, 1]
    assert sum(found) == pytest.approx(0)
    assert sum(value**2 for value in found) / 5 == pytest.approx(1)


def test_half_of_a_sample_carries_labels_where_only_some_prompts_do(tmp_path: Path) -> None:
    rows = [labelled(number, [1, 2, 3, 4, 5]) for number in range(20)] + [row(number) for number in range(100, 300)]
    taken = prepared(tmp_path, rows, limit=20)
    assert {kind: sum(counts.values()) for kind, counts in taken.labels.items()} == {"human": 10, "drawn": 10}


def test_sources_of_other_names_alternate_between_the_subsets(tmp_path: Path) -> None:
    names = ("丙", "甲", "乙", "丁")
    taken = prepared(tmp_path, [row(number, source=name) for number, name in enumerate(names)])
    assert taken.human_sources == sorted(names)[1::2]


# The people


def test_who_sleeps_over_a_share_of_the_tasks_answers_those_at_random() -> None:
    texts = {1: "一", 2: "二", 3: "三"}
    by_text = {("问", text): float(place) for place, text in enumerate(texts.values())}
    right = [[3], [2], [1]]

    def share_right(asleep: float) -> float:
        person = Annotator("甲", 0, 0.01, 0.1, Quality(by_text), asleep)
        return sum(person.answer(assignment(texts, number=n))["order"] == right for n in range(400)) / 400

    assert share_right(0.0) == 1.0
    assert 0.55 < share_right(0.4) < 0.72
    assert share_right(1.0) < 0.3


@given(qualities, bands)
def test_a_tier_never_spans_more_than_the_band_and_neighbouring_tiers_do(values: dict[int, float], band: float) -> None:
    order = tiers(values, band)
    assert sorted(response for tier in order for response in tier) == sorted(values)
    for tier in order:
        assert max(values[r] for r in tier) - min(values[r] for r in tier) <= band
    for upper, lower in pairwise(order):
        assert min(values[r] for r in upper) > max(values[r] for r in lower)
        assert max(values[r] for r in upper) - max(values[r] for r in lower) > band


@given(qualities, bands)
def test_scores_and_order_pass_the_check_of_the_site(values: dict[int, float], band: float) -> None:
    order = tiers(values, band)
    order_check(list(values), scores(values, order), order, [])


@given(st.floats(-3, 3), st.floats(-3, 3), bands)
def test_a_verdict_turns_round_with_its_responses(a: float, b: float, band: float) -> None:
    assert verdict(b, a, band) == {"a": "b", "b": "a", "equal": "equal"}[verdict(a, b, band)]


def test_an_annotator_answers_the_same_whenever_asked_and_not_as_another_one() -> None:
    texts = {1: "一", 2: "二", 3: "三"}
    by_text = {("问", text): 0.0 for text in texts.values()}
    first = annotator(by_text, noise=NOISE, tie_band=TIE_BAND)
    other = annotator(by_text, noise=NOISE, tie_band=TIE_BAND, name="乙")
    assert first.answer(assignment(texts)) == first.answer(assignment(texts))
    orders = [[person.answer(assignment(texts, number=n))["order"] for n in range(20)] for person in (first, other)]
    assert orders[0] != orders[1]


def test_passages_are_marked_in_bad_responses_now_and_then_and_change_no_verdict() -> None:
    texts = {1: "好" * 50, 2: "坏" * 50, 3: "短"}
    by_text = {("问", text): 2.0 if text[0] == "好" else -2.0 for text in texts.values()}
    person = annotator(by_text, noise=0.01, tie_band=0.1)
    marked: Counter[int] = Counter()
    for number in range(200):
        shown = assignment(texts, number=number)
        answer = person.answer(shown, ["factual", "format"])
        assert answer == person.answer(shown, ["factual", "format"])
        assert {**answer, "faults": []} == person.answer(shown)
        for fault in answer["faults"]:
            assert 0 <= fault["start"] < fault["end"] <= len(texts[fault["response"]])
            marked[fault["response"]] += 1
    assert marked.keys() == {2, 3}
    assert all(20 < n < 90 for n in marked.values())


def test_a_text_that_is_not_in_the_file_stops_the_simulation() -> None:
    with pytest.raises(Broken, match="not in the input file"):
        annotator({}, noise=0, tie_band=0).answer(assignment({1: "一", 2: "二", 3: "三"}))


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=5, unique=True))
def test_without_noise_and_tie_band_the_ranking_is_the_hidden_order(values: list[float]) -> None:
    texts = {key: f"回答 {key}" for key in range(len(values))}
    person = annotator({("问", texts[key]): value for key, value in enumerate(values)}, noise=0, tie_band=0)
    said = []
    for places in ring_tasks(len(values), 3):
        shown = {place: texts[place] for place in places}
        said += comparisons_from_order(places, person.answer(assignment(shown))["order"])
    expected = sorted(texts, key=lambda key: -values[key])
    assert rank_prompt(list(texts), said).tiers == tuple((key,) for key in expected)


def test_a_qa_lead_settles_what_differs_by_the_true_quality() -> None:
    texts = {1: "一", 2: "二", 3: "三"}
    values = {1: 1.0, 2: -1.0, 3: 0.95}
    lead = Senior("research", 0.1, Quality({("问", texts[key]): value for key, value in values.items()}))
    pairs = list(combinations(texts, 2))
    dispute = {
        "prompt": {"text": "问"},
        "responses": [{"id": key, "label": "ABC"[key - 1], "text": text} for key, text in texts.items()],
        "comparisons": [
            {"task": 4, "response_a": a, "response_b": b, "same": (a, b) == (2, 3), "verdicts": []} for a, b in pairs
        ],
        "discards": [],
    }
    decision = lead.decision(dispute, "1.1")
    assert decision["verdicts"] == [
        {"task": 4, "response_a": 1, "response_b": 2, "verdict": "a"},
        {"task": 4, "response_a": 1, "response_b": 3, "verdict": "equal"},
    ]
    assert "A>B" in decision["reason"]
    assert decision["clause"] == "1.1"


def test_two_passes_with_the_default_noise_agree_on_some_demo_prompts_and_not_on_others(tmp_path: Path) -> None:
    taken = prepare(DEMO_FILE, limit=None, seed=0, folder=tmp_path)
    rates = []
    for number, line in enumerate(lines(taken)):
        texts = [response["text"] for response in line["responses"]]
        said: list[dict[tuple[int, int, int], str]] = []
        for name in ("甲", "乙"):
            person = Annotator(name, 0, NOISE, TIE_BAND, taken.quality)
            verdicts = {}
            for index, places in enumerate(ring_tasks(len(texts), 3)):
                shown = assignment({place: texts[place] for place in places}, line["prompt"], 100 * number + index)
                for pair in comparisons_from_order(sorted(places), person.answer(shown)["order"]):
                    verdicts[index, pair.a, pair.b] = pair.verdict
            said.append(verdicts)
        rates.append(passes_agreement(said).rate)
    assert 5 < sum(rate is not None and rate >= 0.9 for rate in rates) < 35


@pytest.mark.parametrize("passes", range(1, 6))
def test_there_are_always_enough_annotators_for_the_passes(passes: int) -> None:
    options = Options(Path("x"), None, Path("y"), passes, NOISE, TIE_BAND, 0, None, 1, 0.4)
    assert options.n_annotators >= FEWEST_ANNOTATORS
    assert options.n_annotators > 5 * (passes - 1)
