"""The model card: weights never travel without configuration, data hashes and scores."""

import json
from pathlib import Path
from typing import Any

_FIGURES = ("accuracy", "exact_match", "n_prompts", "n_pairs")


def model_card(described: dict[str, Any], metrics: dict[str, Any]) -> str:
    """README.md of a reward model, from config.json's and metrics.json's content."""
    return f"""---
library_name: transformers
pipeline_tag: text-classification
language: zh
tags: [reward-model, cheems]
---
# Reward model from {Path(described["base"]).name}

A Bradley-Terry reward model: one scalar on the last token of the chat-template text of prompt and response.
A higher reward means a better response; only differences between responses of one prompt have a meaning.

## Benchmark
{_scores(metrics)}
## Training
{_table([(name, metrics["training"][name]) for name in metrics["training"]])}
`loss_first` and `loss_last` are means over the first and the last tenth of the steps.

## Data
{_table([(f"`{Path(file).name}`", f"`{digest}`") for file, digest in described["sha256"].items()], "sha256")}
## Configuration
```json
{json.dumps(described, ensure_ascii=False, indent=2)}
```

## Use
```python
from transformers import AutoModelForSequenceClassification, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder)
messages = [{{"role": "user", "content": prompt}}, {{"role": "assistant", "content": response}}]
text = tokenizer.apply_chat_template(messages, tokenize=False)
reward = model(**tokenizer(text, add_special_tokens=False, return_tensors="pt")).logits[0, 0]
```
"""


def _scores(metrics: dict[str, Any]) -> str:
    subsets = [subset for subset in ("open", "human") if subset in metrics]
    if not subsets:
        return "Not benchmarked.\n"
    head = "| subset | accuracy | exact match | prompts | pairs |\n| --- | --- | --- | --- | --- |\n"
    rows = "".join(
        f"| {subset} | " + " | ".join(_shown(metrics[subset][name]) for name in _FIGURES) + " |\n" for subset in subsets
    )
    return head + rows + f"\nOverall (mean of the four): {_shown(metrics['overall'])}\n"


def _table(rows: list[tuple[str, Any]], title: str = "value") -> str:
    return f"| | {title} |\n| --- | --- |\n" + "".join(f"| {name} | {_shown(value)} |\n" for name, value in rows)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
