"""The model card: weights never travel without configuration, data hashes and scores."""

import json
from pathlib import Path
from typing import Any

_KINDS = {
    "discriminative": "A Bradley-Terry reward model: one scalar on the last token of the chat-template text of prompt "
    "and response.\nA higher reward means a better response; only differences between responses of one prompt have a "
    "meaning.",
    "generative": "A judge: it reads a prompt with two responses, and its next token names the better one. Read in "
    "both orders,\nhalf the difference of its log-odds is the margin of the first response; its sigmoid is a chance.",
    "joint": "A Bradley-Terry reward model, one scalar on the last token of the chat-template text of prompt and "
    "response; and, in\nthe folder judge/, the same backbone as a judge, trained together with it.",
}

_USE_REWARD = """from transformers import AutoModelForSequenceClassification, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder)
messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
text = tokenizer.apply_chat_template(messages, tokenize=False)
reward = model(**tokenizer(text, add_special_tokens=False, return_tensors="pt")).logits[0, 0]"""

_USE_JUDGE = """from rm_training.engine.judge_template import judge_text, verdict_ids
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
text = judge_text(tokenizer, prompt, first, second)
logits = model(**tokenizer(text, add_special_tokens=False, return_tensors="pt")).logits[0, -1]
a, b = verdict_ids(tokenizer)
log_odds = logits[a] - logits[b]"""


def model_card(described: dict[str, Any], metrics: dict[str, Any]) -> str:
    """README.md of a model, from config.json's and metrics.json's content."""
    judges = described["objective"] == "generative"
    return f"""---
library_name: transformers
pipeline_tag: {"text-generation" if judges else "text-classification"}
language: zh
tags: [reward-model, cheems]
---
# {"Judge" if judges else "Reward model"} from {Path(described["base"]).name}

{_KINDS[described["objective"]]}

## Benchmark
{_scores(metrics)}
## Training
{_table([(name, value) for name, value in metrics["training"].items() if name != "notes"])}
`loss_first` and `loss_last` are means over the first and the last tenth of the steps.
{"".join(f"{chr(10)}- {note}" for note in metrics["training"]["notes"])}

## Data
{_table([(f"`{Path(file).name}`", f"`{digest}`") for file, digest in described["sha256"].items()], "sha256")}
## Configuration
```json
{json.dumps(described, ensure_ascii=False, indent=2)}
```

## Use
```python
{_USE_JUDGE if judges else _USE_REWARD}
```
"""


def _scores(metrics: dict[str, Any]) -> str:
    subsets = [subset for subset in ("open", "human") if subset in metrics]
    if not subsets:
        return "Not benchmarked.\n"
    head = "| subset | accuracy | exact match | prompts | pairs | ECE |\n| --- | --- | --- | --- | --- | --- |\n"
    rows = "".join(f"| {subset} | {' | '.join(_figures(metrics[subset]))} |\n" for subset in subsets)
    overall = _with_interval(metrics["overall"], metrics["overall_interval"])
    judge = metrics.get("judge")
    said = ""
    if judge:
        said = (
            f"The judge: overall {_with_interval(judge['overall'], judge['overall_interval'])}; both heads agree on "
            f"{_shown(judge['agreement'])} of the comparisons.\n"
        )
    return f"{head}{rows}\nWith 95% bootstrap intervals. Overall (mean of the four): {overall}\n{said}"


def _figures(figures: dict[str, Any]) -> list[str]:
    intervals = figures["intervals"] or {}  # none where a subset orders nothing
    rates = [_with_interval(figures[name], intervals.get(name)) for name in ("accuracy", "exact_match")]
    return [*rates, str(figures["n_prompts"]), str(figures["n_pairs"]), _shown(figures["ece"])]


def _with_interval(figure: float | None, interval: list[float] | None) -> str:
    if figure is None or interval is None:
        return _shown(figure)
    return f"{figure:.4f} [{interval[0]:.4f}, {interval[1]:.4f}]"


def _table(rows: list[tuple[str, Any]], title: str = "value") -> str:
    return f"| | {title} |\n| --- | --- |\n" + "".join(f"| {name} | {_shown(value)} |\n" for name, value in rows)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
