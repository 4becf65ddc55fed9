"""Judgements replayed through the API come to the figures that an independent script counts from the file."""

import json
import random
import subprocess
import sys
from pathlib import Path

from simulator.replay import main, read_judged
from simulator.site import ROOT

RATERS = ("rater1", "rater2", "rater3")
N_PROMPTS, N_RESPONSES = 9, 6


def judgements(folder: Path) -> Path:
    """Write prompts whose responses three raters scored with much disagreement and many ties."""
    generator = random.Random(4)
    lines = []
    for number in range(N_PROMPTS):
        models = [f"m{place}" for place in range(N_RESPONSES)]
        raters = generator.sample(RATERS, 2)
        judged = [{"annotator": r, "scores": {m: -float(generator.randint(0, 4)) for m in models}} for r in raters]
        row = {
            "id": f"p{number}",
            "prompt": f"请把第 {number} 句译成英文。",
            "responses": [{"model": model, "text": f"Sentence {number}, take {model}."} for model in models],
            "judgments": judged,
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    file = folder / "judged.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    return file


def test_what_a_replay_comes_to_is_what_an_independent_recount_says(tmp_path: Path) -> None:
    file, out = judgements(tmp_path), tmp_path / "replay.json"
    assert len(read_judged(file, None)) == N_PROMPTS
    assert main(["--data", str(file), "--out", str(out)]) == 0
    recount = [sys.executable, str(ROOT / "scripts" / "recount_replay.py"), str(file), str(out)]
    told = subprocess.run(recount, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr

    # The comparison can fail: one figure that is off by a little is found.
    replay = json.loads(out.read_text(encoding="utf-8"))
    assert 0.2 < replay["site"]["agreement"] < 0.9
    assert replay["site"]["prompts_with_merged"] > 0
    replay["site"]["alpha"] += 1e-6
    out.write_text(json.dumps(replay), encoding="utf-8")
    told = subprocess.run(recount, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout.count("differs")) == (1, 1)
