"""The content of metrics.json and of the files behind it, from rewards and margins that are known."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from annotate.domain.benchmark import PromptOutcome, overall_interval, score_intervals
from rm_training.engine.benchmark import benchmark, write_disagreements, write_outcomes
from rm_training.engine.data import Prompt
from rm_training.engine.scorer import Progress, Scored, from_rewards, silent


class Known:
    """A scorer whose rewards stand beside the responses."""

    def __init__(self, rewards: dict[str, float]):
        self.known = rewards

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        progress(1, 1)
        return [[self.known[response] for response in prompt.responses] for prompt in prompts]

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        return from_rewards(prompts, self.rewards(prompts, progress))


def prompt(text: str, responses: str, pairs: list[tuple[int, int]], category: str = "数学") -> Prompt:
    return Prompt(text, tuple(f"id-{r}" for r in responses), tuple(responses), tuple(pairs), category)


OPEN = [
    prompt("一", "甲乙丙", [(0, 1), (0, 2), (1, 2)]),
    prompt("二", "丁戊", [(1, 0)], "写作"),
    prompt("三", "己庚辛", [(0, 1)]),  # no whole ranking: counts for no correlation
]
HUMAN = [prompt("四", "甲丁", [(1, 0)]), prompt("五", "乙丙", [])]
REWARDS = {"甲": 2.0, "乙": -1.0, "丙": 0.5, "丁": 2.0, "戊": 1.0, "己": 4.0, "庚": 1.0, "辛": 9.0}


@pytest.fixture
def figures() -> dict[str, Any]:
    return benchmark(Known(REWARDS), {"open": OPEN, "human": HUMAN}).metrics


def test_metrics_hold_every_figure_of_the_contract_and_are_json(figures: dict[str, Any]) -> None:
    assert list(figures) == ["open", "human", "overall", "overall_interval"]
    for subset in ("open", "human"):
        assert set(figures[subset]) == {
            "accuracy", "exact_match", "n_prompts", "n_pairs", "categories", "micro", "intervals", "ece",
            "temperature", "ece_scaled", "reliability", "spearman", "kendall",
        }  # fmt: skip
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert set(figures["open"]["reliability"][0]) == {"low", "high", "n", "confidence", "accuracy"}


def test_figures_are_those_of_the_rewards(figures: dict[str, Any]) -> None:
    opened, human = figures["open"], figures["human"]
    assert opened["categories"]["数学"] == {"accuracy": 3 / 4, "exact_match": 1 / 2, "n_prompts": 2, "n_pairs": 4}
    assert (opened["accuracy"], opened["exact_match"]) == (3 / 8, 1 / 4)
    assert opened["micro"] == {"accuracy": 3 / 5, "exact_match": 1 / 3}
    assert (human["accuracy"], human["exact_match"], human["n_prompts"]) == (0, 0, 1)  # an equal reward is not right
    assert figures["overall"] == pytest.approx((3 / 8 + 1 / 4) / 4)
    assert opened["spearman"] == pytest.approx((0.5 - 1) / 2)
    assert opened["kendall"] == pytest.approx((1 / 3 - 1) / 2)
    assert sum(bin["n"] for bin in opened["reliability"]) == 5


def test_intervals_are_those_of_the_outcomes(figures: dict[str, Any]) -> None:
    opened = [
        PromptOutcome("数学", (True, True, False)),
        PromptOutcome("写作", (False,)),
        PromptOutcome("数学", (True,)),
    ]
    human = [PromptOutcome("数学", (False,))]
    intervals, whole = score_intervals(opened), overall_interval([opened, human])

    assert intervals is not None
    assert whole is not None
    accuracy = intervals["accuracy"]
    assert figures["open"]["intervals"]["accuracy"] == [accuracy.low, accuracy.high]
    assert figures["overall_interval"] == [whole.low, whole.high]


@pytest.mark.parametrize("reward", [0.0, 3.5, -1e30])
def test_a_constant_reward_gets_nothing_right_and_is_sure_of_nothing(reward: float) -> None:
    found = benchmark(Known(dict.fromkeys(REWARDS, reward)), {"open": OPEN}).metrics["open"]

    assert (found["accuracy"], found["exact_match"], found["spearman"], found["kendall"]) == (0, 0, 0, 0)
    assert (found["ece"], found["temperature"]) == (0.5, None)


def test_one_subset_alone_and_an_empty_one_leave_no_overall() -> None:
    alone = benchmark(Known(REWARDS), {"open": OPEN}).metrics
    empty = benchmark(Known(REWARDS), {"open": OPEN, "human": []}).metrics

    assert (alone["overall"], alone["overall_interval"]) == (None, None)
    assert (empty["overall"], empty["overall_interval"]) == (None, None)
    assert empty["human"]["intervals"] is None
    assert (empty["human"]["ece"], empty["human"]["reliability"], empty["human"]["spearman"]) == (None, [], None)


def test_a_judges_own_figures_stand_beside_the_others() -> None:
    class Judging(Known):
        def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
            found = super().scored(prompts)
            return Scored(found.margins, found.rewards, {"consistency": 0.75, "unreadable": 0.0})

    found = benchmark(Judging(REWARDS), {"open": OPEN}).metrics["open"]

    assert (found["consistency"], found["unreadable"], found["n_pairs"]) == (0.75, 0.0, 5)


def test_progress_is_followed_by_subset() -> None:
    seen = []
    benchmark(
        Known(REWARDS),
        {"open": OPEN, "human": HUMAN},
        progress=lambda subset: lambda done, total: seen.append((subset, done, total)),
    )

    assert seen == [("open", 1, 1), ("human", 1, 1)]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_outcomes_hold_the_margin_of_every_pair(tmp_path: Path) -> None:
    write_outcomes(tmp_path / "new" / "benchmark", benchmark(Known(REWARDS), {"open": OPEN, "human": HUMAN}))

    opened, human = (lines(tmp_path / "new" / "benchmark" / f"{subset}.jsonl") for subset in ("open", "human"))
    assert opened[0] == {
        "input": "一", "category": "数学",
        "pairs": [["id-甲", "id-乙", 3.0], ["id-甲", "id-丙", 1.5], ["id-乙", "id-丙", -1.5]],
    }  # fmt: skip
    assert [line["input"] for line in opened] == ["一", "二", "三"]
    assert [line["pairs"] for line in human] == [[["id-丁", "id-甲", 0.0]], []]


def test_disagreements_are_the_wrong_pairs_worst_first_with_their_texts(tmp_path: Path) -> None:
    file = tmp_path / "disagreements.jsonl"

    write_disagreements(file, benchmark(Known(REWARDS), {"open": OPEN, "human": HUMAN}))

    found = lines(file)
    assert [(line["input"], line["margin"]) for line in found] == [("一", -1.5), ("二", -1.0), ("四", 0.0)]
    assert found[0] == {
        "subset": "open", "category": "数学", "input": "一", "winner": {"id": "id-乙", "text": "乙"},
        "loser": {"id": "id-丙", "text": "丙"}, "margin": -1.5, "probability": pytest.approx(1 / (1 + math.exp(1.5))),
    }  # fmt: skip
    assert [line["subset"] for line in found] == ["open", "open", "human"]


def test_of_many_disagreements_the_worst_two_hundred_are_kept_however_large(tmp_path: Path) -> None:
    many = [prompt(f"问{i}", f"a{chr(0x4E00 + i)}", [(0, 1)]) for i in range(300)]
    rewards = {"a": 0.0} | {chr(0x4E00 + i): 5.0 * i for i in range(300)}

    write_disagreements(tmp_path / "worst.jsonl", benchmark(Known(rewards), {"open": many}))

    found = lines(tmp_path / "worst.jsonl")
    assert [line["margin"] for line in found] == [-5.0 * i for i in range(299, 99, -1)]
    assert found[0]["probability"] == pytest.approx(0, abs=1e-300)
