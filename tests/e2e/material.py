"""What the browser tests import: responses that say how good they are, so that whoever reads the page can judge."""

import json

N_PROMPTS = 8
# The quality that a response states, by its place in the file; two are alike, so that a tie has to be settled.
QUALITIES = (5, 4, 3, 3, 1)
TEXTS = {
    5: "先列式，再计算：$a + a = 2a$，所以答案是正确的，并且说明了理由。",
    4: "答案是正确的，理由简短。",
    3: "答案大致正确，",
    1: "I don't know, maybe 随便吧。",
}
NUMERALS = "一二三四五六七八"


def quality_mark(quality: int) -> str:
    return f"质量{quality}"


def prompt_lines(n_prompts: int = N_PROMPTS, qualities: tuple[int, ...] = QUALITIES) -> list[str]:
    """Return the lines of a file in our import format (FORMATS 1), a response of every quality for each prompt."""
    lines = []
    for number in range(n_prompts):
        responses = [
            {
                "model": f"hidden-model-{place}",
                "text": f"{TEXTS[quality]}{'换一种说法。' * place}\n\n{quality_mark(quality)}",
            }
            for place, quality in enumerate(qualities)
        ]
        line = {
            "id": f"e2e-{number}",
            "prompt": f"第 {number} 题：{NUMERALS[number]}加{NUMERALS[number]}等于多少？请说明理由。",
            "category": ["数学", "算术"] if number % 2 else ["常识", "生活"],
            "source": "human" if number < N_PROMPTS // 2 else "open",
            "responses": responses,
        }
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return lines
