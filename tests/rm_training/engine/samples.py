"""Synthetic preference data whose quality shows in the text: full answer > short > code-switched > off topic."""

import json
import random
from pathlib import Path
from typing import Any

_THINGS = [
    "长江",
    "黄河",
    "月亮",
    "茶叶",
    "瓷器",
    "围棋",
    "竹子",
    "熊猫",
    "丝绸",
    "春节",
    "中秋",
    "算盘",
    "京剧",
    "毛笔",
    "豆腐",
    "饺子",
    "灯笼",
    "石桥",
    "水稻",
    "高铁",
]
_ASKS = ("请介绍{}。", "{}有什么特点？", "为什么人们喜欢{}？")
_FULL = (
    "{}很有特点：首先它历史悠久，其次用途广泛，因此深受人们喜爱。",
    "关于{}，可以从来历、用途和影响三方面来说明，总的来说十分重要。",
)
_SHORT = ("{}还行。", "{}不错吧。")
_SWITCHED = (
    "{} is very good，basically 大家 all like it，so 你 should try。",
    "Well，{} 就是 a kind of thing，you know，very nice。",
)
_OFF_TOPIC = ("今天天气晴朗，适合出门散步。", "股票有风险，投资须谨慎。")


def preference_rows(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """`count` rows of a benchmark file (which serve for training too), four responses each in random order."""
    draw = random.Random(seed)
    return [_row(draw, ask, thing) for ask, thing in draw.sample(questions(), count)]


def questions() -> list[tuple[str, str]]:
    """Every form of question with every thing."""
    return [(ask, thing) for ask in _ASKS for thing in _THINGS]


def _row(draw: random.Random, ask: str, thing: str) -> dict[str, Any]:
    tiers = [draw.choice(texts).format(thing) for texts in (_FULL, _SHORT, _SWITCHED, _OFF_TOPIC)]
    ids = [f"r{i}" for i in range(4)]
    draw.shuffle(ids)
    responses = [{"id": response_id, "content": text} for response_id, text in zip(ids, tiers, strict=True)]
    draw.shuffle(responses)
    return {
        "input": ask.format(thing),
        "responses": responses,
        "annotations": [[ids[i], ids[j], "1"] for i in range(4) for j in range(i + 1, 4)],
        "rank": {response_id: str(tier + 1) for tier, response_id in enumerate(ids)},
        "category": [draw.choice(["常识", "文化"])],
    }


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
