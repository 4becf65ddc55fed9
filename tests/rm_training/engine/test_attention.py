"""Packed passes against the padded reference: same rewards, same loss, same gradients, whichever way attends."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    AutoTokenizer,
    GPT2Config,
    GPT2ForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    MistralConfig,
    MistralForSequenceClassification,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForSequenceClassification,
)

from rm_training.engine.attention import PACKED, Varlen, attention_for
from rm_training.engine.backbone import Backbone
from rm_training.engine.errors import EngineError
from rm_training.engine.layout import Layout, Tokens, packed, packed_tokens, padded, shared_length
from rm_training.engine.model import Loading, RewardModel, Runtime, load_for_training

CPU = Runtime.choose("cpu", "fp32")
SIZES = {"vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_labels": 1}
GROUPED_HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}


def group(draw: np.random.Generator, prompt: int, responses: Sequence[int]) -> list[Tokens]:
    """Samples of one prompt; the first two tokens differ between the responses, so that the trunk is the prompt."""
    trunk = draw.integers(10, 300, prompt, dtype=np.int32)
    return [
        np.concatenate([trunk, [np.int32(number)], draw.integers(10, 300, length - 1, dtype=np.int32)])
        for number, length in enumerate(responses)
    ]


def three_prompts() -> list[list[Tokens]]:
    draw = np.random.default_rng(3)
    return [group(draw, 40, (7, 90, 1, 33)), group(draw, 3, (12, 5)), group(draw, 140, (20, 131, 64))]


def loaded(base: Path, way: str) -> RewardModel:
    torch.manual_seed(0)
    return load_for_training(str(base), CPU, Loading(attention=way, max_length=512))


def outcome(model: RewardModel, groups: list[list[Tokens]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rewards, and the gradient of a function that weighs each differently."""
    model.zero_grad()
    rewards = model(groups)
    (rewards * torch.linspace(-1, 2, len(rewards))).sum().backward()
    return rewards.detach(), torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def saved(network: PreTrainedModel, base: Path, folder: Path) -> Path:
    network.save_pretrained(folder)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    return folder


def grouped_queries() -> PreTrainedModel:
    return LlamaForSequenceClassification(LlamaConfig(**SIZES, **GROUPED_HEADS, pad_token_id=0))


def normalised_queries() -> PreTrainedModel:
    return Qwen3ForSequenceClassification(Qwen3Config(**SIZES, **GROUPED_HEADS, pad_token_id=0))


def learned_positions() -> PreTrainedModel:
    config = GPT2Config(
        vocab_size=300, n_embd=32, n_layer=2, n_head=2, n_positions=512, num_labels=1, pad_token_id=0,
        attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0,
    )  # fmt: skip
    return GPT2ForSequenceClassification(config)


@pytest.mark.parametrize("way", ["rows", "sdpa"])
@pytest.mark.parametrize("make", [grouped_queries, normalised_queries, learned_positions])
def test_every_way_gives_the_rewards_and_gradients_of_the_padded_pass(
    base: Path, tmp_path: Path, way: str, make: Callable[[], PreTrainedModel]
) -> None:
    torch.manual_seed(1)
    folder = saved(make(), base, tmp_path / "base")
    reference, expected = outcome(loaded(folder, "padded"), three_prompts())
    model = loaded(folder, way)

    rewards, gradient = outcome(model, three_prompts())

    assert (model.backbone.way, model.notes) == (way, [])
    assert model.carrier.config._attn_implementation == PACKED
    assert expected.abs().max() > 1e-3
    torch.testing.assert_close(rewards, reference, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(gradient, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
def test_flex_gives_the_same_rewards_and_says_that_it_trains_on_a_gpu_only(base: Path) -> None:
    reference = loaded(base, "padded")
    flexible = RewardModel(reference.network.requires_grad_(False), None, reference.tokenizer, CPU, attention="padded")
    with torch.no_grad():
        expected = flexible(three_prompts())
        flexible.backbone = Backbone(flexible.carrier, 0, flexible.backbone.autocast, "flex")
        found = flexible(three_prompts())

    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    with pytest.raises(EngineError, match="trains on a GPU only") as caught:
        loaded(base, "flex")
    assert caught.value.code == "attention_not_possible"


def test_varlen_is_refused_where_there_is_no_gpu(base: Path) -> None:
    with pytest.raises(EngineError, match="needs a GPU") as caught:
        loaded(base, "varlen")
    assert caught.value.code == "attention_not_possible"


def literal_varlen(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, queries_until: torch.Tensor, keys_until: torch.Tensor,
    most_queries: int, most_keys: int, *, scale: float | None, window_size: tuple[int, int], enable_gqa: bool,
) -> torch.Tensor:  # fmt: skip
    """What torch documents of varlen_attn: sequence by sequence, the causal mask aligned at the bottom right."""
    assert (query.dim(), window_size) == (3, (-1, 0))
    repeats = query.shape[1] // key.shape[1]
    assert enable_gqa == (repeats > 1)
    out = torch.empty_like(query)
    for i in range(len(queries_until) - 1):
        own = slice(int(queries_until[i]), int(queries_until[i + 1]))
        seen = slice(int(keys_until[i]), int(keys_until[i + 1]))
        q, k, v = query[own], key[seen].repeat_interleave(repeats, 1), value[seen].repeat_interleave(repeats, 1)
        assert len(q) <= most_queries
        assert len(k) <= most_keys
        scores = torch.einsum("qhd,khd->hqk", q, k) * (scale or q.shape[-1] ** -0.5)
        allowed = torch.ones(len(q), len(k), dtype=torch.bool).tril(len(k) - len(q))
        out[own] = torch.einsum("hqk,khd->qhd", scores.masked_fill(~allowed, float("-inf")).softmax(-1), v)
    return out


@pytest.mark.parametrize("key_heads", [4, 2])
def test_varlen_is_given_what_makes_it_attend_like_the_mask(key_heads: int) -> None:
    layout = packed(three_prompts())
    torch.manual_seed(2)
    query, key, value = (torch.randn(1, heads, layout.ids.size, 8) for heads in (4, key_heads, key_heads))

    found = Varlen(layout, torch.device("cpu"), literal_varlen)(query, key, value, None)

    expected = attention_for("sdpa", layout, torch.device("cpu"))(query, key, value, None)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def said_of(network: PreTrainedModel, base: Path, tmp_path: Path) -> RewardModel:
    return loaded(saved(network, base, tmp_path / "base"), "auto")


def test_a_window_shorter_than_a_sample_is_padded_and_said(base: Path, tmp_path: Path) -> None:
    short, long = (
        MistralForSequenceClassification(MistralConfig(**SIZES, **GROUPED_HEADS, sliding_window=window, pad_token_id=0))
        for window in (64, 512)
    )

    windowed, whole = said_of(short, base, tmp_path / "short"), said_of(long, base, tmp_path / "long")

    assert (windowed.backbone.way, whole.backbone.way) == ("padded", "rows")
    assert "window of 64 tokens" in windowed.notes[0]
    assert whole.notes == []


def test_a_model_that_attends_otherwise_is_found_out_by_the_probe(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = grouped_queries()
    counted = type(network.model).forward

    def own_positions(self: Any, *args: Any, position_ids: Any = None, **kwargs: Any) -> Any:
        return counted(self, *args, **kwargs)

    monkeypatch.setattr(type(network.model), "forward", own_positions)

    model = said_of(network, base, tmp_path)

    assert model.backbone.way == "padded"
    assert "packed, its states differ by" in model.notes[0]


shapes = st.lists(
    st.tuples(st.integers(0, 20), st.lists(st.integers(1, 15), min_size=1, max_size=5)), min_size=1, max_size=5
)


@given(shapes, st.integers(0, 100))
def test_a_layout_holds_every_sample_once_with_its_trunk_shared(sizes: list[tuple[int, list[int]]], seed: int) -> None:
    draw = np.random.default_rng(seed)
    groups = [group(draw, *size) for size in sizes]
    samples = [sample for g in groups for sample in g]

    for layout in (packed(groups), padded(groups, 0)):
        ids, positions = layout.ids.reshape(-1), layout.positions.reshape(-1)
        for i, sample in enumerate(samples):
            places = layout.places(i, np.arange(len(sample)))
            assert ids[places].tolist() == sample.tolist()
            assert positions[places].tolist() == list(range(len(sample)))
            assert layout.ends[i] == places[-1]
    shared = sum(prompt * (len(responses) - 1) for prompt, responses in sizes)
    assert packed(groups).ids.size == sum(map(len, samples)) - shared == sum(map(packed_tokens, groups))


def test_samples_that_are_beginnings_of_each_other_keep_a_token_of_their_own() -> None:
    long = np.arange(9, dtype=np.int32)

    layout: Layout = packed([[long, long[:4], long]])

    assert shared_length([long, long[:4], long]) == 3
    assert layout.tail_length.tolist() == [6, 1, 6]
