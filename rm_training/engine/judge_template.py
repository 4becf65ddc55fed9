"""What a generative judge is asked and how it answers; training and scoring share it, so that they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rm_training.engine.errors import EngineError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

VERDICTS = ("A", "B")  # the first response is the better, the second

_QUESTION = """请比较两个回答，判断哪一个更好地回应了用户的提问。
请综合考虑三个方面：无害（不含有害内容）、真实（内容准确、不编造）、有用（切合提问、完整清晰）。\
回答的先后次序和长短本身不应影响判断；请完全依据内容作出选择。

【用户提问】
{prompt}

【回答 A】
{first}

【回答 B】
{second}

【判断】
哪个回答更好？只输出一个字母，A 或 B，不要输出其他内容。"""


def judge_messages(prompt: str, first: str, second: str) -> list[dict[str, str]]:
    """The conversation in which a judge says which response is the better; its answer is one of VERDICTS.

    One message of the user's and no system message, which not every chat template accepts.
    """
    return [{"role": "user", "content": _QUESTION.format(prompt=prompt, first=first, second=second)}]


def judge_text(tokenizer: PreTrainedTokenizerBase, prompt: str, first: str, second: str) -> str:
    """The text after which the verdict is the next token; to be tokenised without adding special tokens.

    Models that think before they answer are told not to.
    """
    return str(
        tokenizer.apply_chat_template(
            judge_messages(prompt, first, second), tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
    )


def verdict_ids(tokenizer: PreTrainedTokenizerBase) -> tuple[int, int]:
    """The tokens of the two verdicts; EngineError `bad_verdict_tokens` unless each is one, and they differ."""
    first, second = (tokenizer(verdict, add_special_tokens=False)["input_ids"] for verdict in VERDICTS)
    if len(first) != 1 or len(second) != 1 or first == second or tokenizer.unk_token_id in (*first, *second):
        raise EngineError(
            "bad_verdict_tokens",
            f"The tokenizer does not write each of the verdicts {' and '.join(VERDICTS)} as one token of its own, "
            "so this model cannot serve as a judge.",
        )
    return first[0], second[0]
