"""A causal language model as a pairwise judge: which verdict it would write next, read in both orders."""

from collections.abc import Callable, Sequence
from itertools import combinations
from statistics import fmean

import numpy as np
import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerBase

from rm_training.engine.adapters.folder import ModelFolder
from rm_training.engine.adapters.loading import load_network, load_tokenizer
from rm_training.engine.data import Pair, Prompt
from rm_training.engine.errors import EngineError
from rm_training.engine.inference import report_cut, require_finite, scoring, tokens_alike
from rm_training.engine.judge_template import judge_text, verdict_ids
from rm_training.engine.layout import Groups, Tokens
from rm_training.engine.model import RewardModel, Runtime, for_scoring, sample_limit
from rm_training.engine.passes import TOKEN_BUDGET, Packer, Rectangles, in_passes
from rm_training.engine.scorer import Progress, Scored, silent

NextLogits = Callable[[Groups], torch.Tensor]  # n samples, grouped -> (n, vocabulary) float32, after the last token

_Reading = tuple[float, bool]  # log-odds of "the first is better", whether the likeliest token is a verdict


class Judge:
    """Compares two responses by the log-odds of the verdicts; `next_logits` is the model."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        next_logits: NextLogits,
        *,
        max_length: int,
        token_budget: int = TOKEN_BUDGET,
        packer: Packer[Tokens] | None = None,
    ):
        self.tokenizer, self.next_logits = tokenizer, next_logits
        self.packer = packer or Rectangles(len)
        self.max_length, self.token_budget = max_length, token_budget
        self.verdicts = verdict_ids(tokenizer)

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        """Every pair, read in both orders.

        A margin is half the sum, over the orders, of the log-odds that the winner is better, so that a liking for a
        place cancels. consistency: share of the pairs on which both orders name the same winner. unreadable: share of
        the readings after which the likeliest token is neither verdict; their log-odds count all the same.
        """
        readings = self._readings(prompts, [prompt.pairs for prompt in prompts], progress)
        margins = [[_margin(*both) for both in row] for row in readings]
        rewards = [_borda(prompt, prompt.pairs, row) for prompt, row in zip(prompts, margins, strict=True)]
        pairs = [both for row in readings for both in row]
        return Scored(margins, rewards, {
            "consistency": _share([one[0] * other[0] < 0 for one, other in pairs]),
            "unreadable": _share([not readable for both in pairs for _, readable in both]),
        })  # fmt: skip

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        """The mean margin of each response against all others of its prompt (Borda); EngineError `no_pairs`."""
        if any(len(prompt.responses) < 2 for prompt in prompts):
            raise EngineError("no_pairs", "A judge compares: every prompt must have two responses at least.")
        pairs = [list(combinations(range(len(prompt.responses)), 2)) for prompt in prompts]
        readings = self._readings(prompts, pairs, progress)
        return [
            _borda(prompt, chosen, [_margin(*both) for both in row])
            for prompt, chosen, row in zip(prompts, pairs, readings, strict=True)
        ]

    def _readings(
        self, prompts: Sequence[Prompt], pairs: Sequence[Sequence[Pair]], progress: Progress
    ) -> list[list[tuple[_Reading, _Reading]]]:
        """Each pair as given, and the other way round."""
        rows = [self._samples(prompt, chosen) for prompt, chosen in zip(prompts, pairs, strict=True)]
        report_cut(sum(cut for row in rows for _, cut in row) * 2, sum(map(len, rows)) * 2, self.max_length)
        samples = [[tokens for both, _ in row for tokens in both] for row in rows]
        values = in_passes(
            samples, self._forward, packer=self.packer, same=tokens_alike, token_budget=self.token_budget,
            progress=progress,
        )  # fmt: skip
        require_finite([[log_odds for log_odds, _ in row] for row in values])
        return [list(zip(row[::2], row[1::2], strict=True)) for row in values]

    def _samples(self, prompt: Prompt, pairs: Sequence[Pair]) -> list[tuple[tuple[Tokens, Tokens], bool]]:
        """Tokens of both orders of each pair, and whether texts were cut for them."""
        asked = [(prompt.text, prompt.responses[i], prompt.responses[j]) for i, j in pairs]
        whole = self._tokens(asked)
        return [
            (both, False) if max(map(len, both)) <= self.max_length else (self._shortened(*texts), True)
            for texts, both in zip(asked, whole, strict=True)
        ]

    def _tokens(self, asked: Sequence[tuple[str, str, str]]) -> list[tuple[Tokens, Tokens]]:
        if not asked:
            return []
        texts = [judge_text(self.tokenizer, prompt, *order) for prompt, i, j in asked for order in ((i, j), (j, i))]
        rows = self.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        tokens = [np.asarray(row, dtype=np.int32) for row in rows]
        return list(zip(tokens[::2], tokens[1::2], strict=True))

    def _shortened(self, *texts: str) -> tuple[Tokens, Tokens]:
        """Both orders with the longest of the three texts cut on the left, to one length, until both fit."""
        fitting, too_many = -1, max(map(len, texts))
        found = None
        while too_many - fitting > 1:
            kept = (fitting + too_many) // 2
            [both] = self._tokens([tuple(text[max(0, len(text) - kept) :] for text in texts)])  # type: ignore[list-item]
            if max(map(len, both)) <= self.max_length:
                fitting, found = kept, both
            else:
                too_many = kept
        if found is None:
            raise EngineError(
                "max_length_too_short", f"max_length {self.max_length} does not even hold the judge's question."
            )
        return found

    def _forward(self, groups: list[Sequence[Tokens]]) -> list[_Reading]:
        logits = self.next_logits(groups)
        first, second = self.verdicts
        log_odds = logits[:, first] - logits[:, second]
        likeliest = logits.argmax(dim=1)
        readable = (likeliest == first) | (likeliest == second)
        return list(zip(log_odds.tolist(), readable.tolist(), strict=True))


def load_judge(folder: ModelFolder, runtime: Runtime, *, max_length: int | None, token_budget: int) -> Judge:
    """Raises EngineError `base_not_loadable`, `no_chat_template`, `bad_verdict_tokens`."""
    tokenizer = load_tokenizer(folder, chat=True)
    model = for_scoring(None, load_network(AutoModelForCausalLM, folder), tokenizer, runtime)
    return judge_of(model, max_length=max_length or sample_limit(model), token_budget=token_budget)


def judge_of(model: RewardModel, *, max_length: int, token_budget: int = TOKEN_BUDGET) -> Judge:
    """A model's language-model head as a judge."""

    def next_logits(groups: Groups) -> torch.Tensor:
        with scoring(model):
            return model.verdict_logits(model.backbone(groups))

    return Judge(model.tokenizer, next_logits, max_length=max_length, token_budget=token_budget, packer=model.packer)


def _margin(forward: _Reading, backward: _Reading) -> float:
    return (forward[0] - backward[0]) / 2


def _borda(prompt: Prompt, pairs: Sequence[Pair], margins: Sequence[float]) -> list[float]:
    """The mean margin of each response over the pairs that it is in; 0 where it is in none."""
    against: list[list[float]] = [[] for _ in prompt.responses]
    for (winner, loser), margin in zip(pairs, margins, strict=True):
        against[winner].append(margin)
        against[loser].append(-margin)
    return [fmean(margins) if margins else 0.0 for margins in against]


def _share(found: Sequence[bool]) -> float | None:
    return fmean(found) if found else None
