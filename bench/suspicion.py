"""How well doubtful votes are found: python -m bench.suspicion [--engine] [--data human_preferences.jsonl.gz]

Flips a tenth of people's votes at random, trains on what is left of the truth (nobody tells the model which were
flipped), calibrates on prompts that it did not see, and ranks all votes by expected error. Said is how many times as
often the most suspicious tenth holds flipped votes as all do, also of prompts that were trained on and of those that
were not, with 95% intervals from a bootstrap over prompts.

Without options: a linear model on made features, in seconds; fails below 3. `--engine`: the engine trains a small model
from scratch on made texts whose quality it can read; fails below 3. `--data`: the same engine on real human
preferences, flipped; nothing is demanded of it, since a model from scratch hardly learns them (bench.rm.learn).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from annotate.domain.suspicion import TieModel, expected_errors, fit_tie_model, ranked
from bench.rm.learn import BASE, SETTINGS
from bench.rm.preferences import hold_out, read_pairs, read_rewards, response_id

FLIPPED = 0.10
SEEDS = (0, 1, 2)
TARGET = 3.0
BENCHMARK_SHARE = 0.2
N_PROMPTS, N_RESPONSES, N_FEATURES = 600, 5, 16
PEOPLE = TieModel(scale=3.0, width=0.3)
ENGINE_MODELS = 2
BOOTSTRAPS = 2_000


@dataclass(frozen=True)
class Votes:
    """Votes of a project: of the pair (a, b) of `prompt`, `said` in {1, 0, -1}; `flipped` is what nobody is told.

    prompt, a, b, said: int[C]; flipped, unseen: bool[C], unseen where no model was trained on the prompt.
    """

    prompt: np.ndarray
    a: np.ndarray
    b: np.ndarray
    said: np.ndarray
    flipped: np.ndarray
    unseen: np.ndarray


Learnt = Callable[[Votes, int], np.ndarray]


def voted(quality: np.ndarray, seed: int) -> Votes:
    """Every pair of every prompt judged once by people, a tenth of the votes then turned round. quality: [P, R]."""
    rng = np.random.default_rng(seed)
    n_prompts, n_responses = quality.shape
    pairs = np.array(list(combinations(range(n_responses), 2)))
    prompt = np.repeat(np.arange(n_prompts), len(pairs))
    a, b = (np.tile(pairs[:, side], n_prompts) + prompt * n_responses for side in (0, 1))
    logits = PEOPLE.scale * (quality.ravel()[a] - quality.ravel()[b])
    drawn = rng.random(len(prompt))
    better, worse = expit(logits - PEOPLE.width), expit(-logits - PEOPLE.width)
    said = np.where(drawn < better, 1, np.where(drawn < better + worse, -1, 0))
    unseen = (rng.random(n_prompts) < BENCHMARK_SHARE)[prompt]
    return Votes(prompt, a, b, *flip(said, rng), unseen)


def flip(said: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The votes with a tenth of them replaced by another verdict, and which those are."""
    flipped = rng.random(len(said)) < FLIPPED
    other = np.where(said == 0, rng.choice([-1, 1], len(said)), -said)
    return np.where(flipped, other, said), flipped


def linear(features: np.ndarray) -> Learnt:
    """Learn a reward that is linear in features [R, F], from a half of the training votes drawn anew for each model."""

    def learn(votes: Votes, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        rows = np.flatnonzero(~votes.unseen & (votes.said != 0))
        rows = rows[rng.random(len(rows)) < 0.5]
        gain = votes.said[rows, None] * (features[votes.a[rows]] - features[votes.b[rows]])

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            margins = gain @ weights
            slope = -(expit(-margins)[:, None] * gain).mean(axis=0) + 0.002 * weights
            return float(-log_expit(margins).mean() + 0.001 * weights @ weights), slope

        return features @ minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x

    return learn


def found(votes: Votes, learn: Learnt, n_models: int, seed: int) -> dict[str, tuple[float, ...]]:
    """{which votes: (share flipped, share of the first tenth flipped, lift, low, high)}."""
    rewards = [learn(votes, seed * 100 + number) for number in range(n_models)]
    margins = np.array([reward[votes.a] - reward[votes.b] for reward in rewards])
    models = [fit_tie_model(row[votes.unseen], votes.said[votes.unseen]) for row in margins]
    errors = expected_errors(margins, votes.said, models)
    chosen = {"all": np.ones_like(votes.unseen), "trained on": ~votes.unseen, "not trained on": votes.unseen}
    return {name: _first_tenth(votes, errors, np.flatnonzero(rows)) for name, rows in chosen.items()}


def _first_tenth(votes: Votes, errors: np.ndarray, rows: np.ndarray) -> tuple[float, ...]:
    first = rows[ranked(errors[rows], rows, most=len(rows) // 10, least=0.0)]
    n_prompts = int(votes.prompt.max()) + 1
    per_prompt = np.array(
        [
            np.bincount(votes.prompt[own], weights=weights, minlength=n_prompts)
            for own in (rows, first)
            for weights in (np.ones(len(own)), votes.flipped[own].astype(float))
        ]
    )
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(n_prompts, np.full(n_prompts, 1 / n_prompts), size=BOOTSTRAPS)
    n, k, n_first, k_first = per_prompt @ drawn.T
    lifts = (k_first / n_first) / (k / n)
    n, k, n_first, k_first = per_prompt.sum(axis=1)
    base, share = k / n, k_first / n_first
    return float(base), float(share), float(share / base), *map(float, np.percentile(lifts, [2.5, 97.5]))


def made_features(seed: int) -> tuple[Votes, Learnt]:
    """A project whose responses have features that their quality is a sum of, and a little more."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(N_PROMPTS * N_RESPONSES, N_FEATURES))
    quality = features @ rng.normal(size=N_FEATURES) / np.sqrt(N_FEATURES) + 0.2 * rng.normal(size=len(features))
    return voted(quality.reshape(N_PROMPTS, N_RESPONSES), seed), linear(features)


GOOD = ("步骤清楚。", "先说结论，再说理由。", "引用了可靠的来源。", "考虑了例外情况。")
PLAIN = ("这是一个常见的问题。", "大家可以参考。", "总之就是这样。", "具体情况具体分析。")
BAD = ("我不知道。", "随便吧。", "答非所问。", "这个没有意义。")


def made_texts(seed: int) -> tuple[list[str], list[list[str]], np.ndarray]:
    """Prompts, their responses of good, plain and bad sentences, and the quality of each, which is what they sum to."""
    rng = np.random.default_rng(seed)
    prompts = [
        f"第{number}题：怎样理解{number * 7919 % 10007}与{number * 104729 % 9973}的关系？"
        for number in range(N_PROMPTS)
    ]
    responses, quality = [], np.zeros((N_PROMPTS, N_RESPONSES))
    for number in range(N_PROMPTS):
        own = []
        for place in range(N_RESPONSES):
            worth = rng.integers(-1, 2, size=6)
            own.append(f"（{place}）" + "".join((PLAIN, GOOD, BAD)[value][rng.integers(4)] for value in worth))
            quality[number, place] = worth.sum() / 2
        responses.append(own)
    return prompts, responses, quality


def engine(prompts: Sequence[str], responses: Sequence[Sequence[str]], work: Path, **settings: object) -> Learnt:
    """Learn by the engine's own commands on the CPU: a small base from the texts alone, trained on the strict votes."""
    texts = [text for own in responses for text in own]
    of_prompt = np.repeat(np.arange(len(prompts)), [len(own) for own in responses])

    def line(number: int, said: Sequence[tuple[int, int]]) -> str:
        listed = [{"id": response_id(text), "content": text} for text in dict.fromkeys(responses[number])]
        annotations = [[response_id(texts[a]), response_id(texts[b]), "1"] for a, b in said if texts[a] != texts[b]]
        row = {"input": prompts[number], "responses": listed, "annotations": annotations}
        return json.dumps(row, ensure_ascii=False) + "\n"

    def learn(votes: Votes, seed: int) -> np.ndarray:
        folder = work / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        said: dict[int, list[tuple[int, int]]] = {}
        for row in np.flatnonzero(~votes.unseen & (votes.said != 0)):
            pair = (int(votes.a[row]), int(votes.b[row]))
            said.setdefault(int(votes.prompt[row]), []).append(pair if votes.said[row] > 0 else pair[::-1])
        (folder / "train.jsonl").write_text("".join(line(n, own) for n, own in said.items()), encoding="utf-8")
        (folder / "all.jsonl").write_text("".join(line(n, []) for n in range(len(prompts))), encoding="utf-8")
        sizes = [text for name, size in BASE.items() for text in (f"--{name}", str(size))]
        _engine("tiny", "--text", str(folder / "all.jsonl"), "--out", str(folder / "base"), "--seed", str(seed), *sizes)
        run = SETTINGS | settings | {"base": str(folder / "base"), "train": [str(folder / "train.jsonl")]}
        run |= {"out": str(folder / "run"), "seed": seed}
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
        _engine("train", str(folder / "run.json"))
        files = ("--input", str(folder / "all.jsonl"), "--output", str(folder / "scores.jsonl"))
        length = ("--max-length", str(run["max_length"]))
        _engine("score", "--model", str(folder / "run" / "model"), *files, *length, "--device", str(run["device"]))
        rewards = read_rewards(folder / "scores.jsonl")
        return np.array([rewards[prompts[of_prompt[n]], response_id(text)] for n, text in enumerate(texts)])

    return learn


def _engine(command: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"rm_training.engine.{command}", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"TOKENIZERS_PARALLELISM": "true"},
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}")


def engine_project(seed: int, work: Path) -> tuple[Votes, Learnt]:
    """A project of made texts, for the engine to learn."""
    prompts, responses, quality = made_texts(seed)
    return voted(quality, seed), engine(prompts, responses, work, max_length=256, epochs=2)


def real_project(seed: int, path: Path, work: Path, device: str) -> tuple[Votes, Learnt]:
    """Real strict human preferences, a tenth of them turned round; those of 15% of the prompts are not trained on."""
    rows = read_pairs(path)
    _kept, held = hold_out(rows, 0.15)
    unseen = {pair.prompt for pair in held}
    numbers = {prompt: n for n, prompt in enumerate(dict.fromkeys(pair.prompt for pair in rows))}
    responses: list[list[str]] = [[] for _ in numbers]
    for pair in rows:
        own = responses[numbers[pair.prompt]]
        own += [text for text in (pair.chosen, pair.rejected) if text not in own]
    starts = np.concatenate([[0], np.cumsum([len(own) for own in responses])])
    offsets = [starts[numbers[pair.prompt]] for pair in rows]
    own_texts = [responses[numbers[pair.prompt]] for pair in rows]
    chosen = offsets + np.array([own.index(pair.chosen) for own, pair in zip(own_texts, rows, strict=True)])
    rejected = offsets + np.array([own.index(pair.rejected) for own, pair in zip(own_texts, rows, strict=True)])
    rng = np.random.default_rng(seed)
    # As the truth has it a is always chosen; which of the two is called a is drawn, so that no sign tells anything.
    turned = rng.random(len(rows)) < 0.5
    a, b = np.where(turned, rejected, chosen), np.where(turned, chosen, rejected)
    prompt = np.array([numbers[pair.prompt] for pair in rows])
    said, flipped = flip(np.where(turned, -1, 1), rng)
    votes = Votes(prompt, a, b, said, flipped, np.array([pair.prompt in unseen for pair in rows]))
    return votes, engine(list(numbers), responses, work, device=device)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.suspicion", description=str(__doc__).partition("\n\n")[2])
    parser.add_argument("--engine", action="store_true", help="have the engine learn made texts")
    parser.add_argument("--data", type=Path, help=".jsonl.gz of human preferences, pair by pair")
    parser.add_argument("--device", default="cpu", help="where the engine trains on DATA [cpu]")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many seeds [3]")
    options = parser.parse_args()
    lifts = []
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as name:
            if options.data:
                votes, learn = real_project(seed, options.data, Path(name), options.device)
            elif options.engine:
                votes, learn = engine_project(seed, Path(name))
            else:
                votes, learn = made_features(seed)
            n_models = ENGINE_MODELS if options.engine or options.data else 3
            told = found(votes, learn, n_models, seed)
        for which, (base, share, lift, low, high) in told.items():
            shares = f"flipped {base:.3f}  first tenth {share:.3f}"
            print(f"seed {seed} {which:<15} {shares}  lift {lift:.2f} ({low:.2f} to {high:.2f})", flush=True)
        lifts.append(told["all"][2])
    print(f"lift over {len(lifts)} seeds: least {min(lifts):.2f}, mean {np.mean(lifts):.2f}")
    return 0 if options.data or min(lifts) >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
