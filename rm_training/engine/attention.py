"""Attention within a packed row, block-diagonal with shared trunks, in the ways that devices and models allow.

All ways compute the same: a token attends to its trunk and, causally, to its own segment (layout.py).

- varlen: FlashAttention over cumulative lengths (torch.nn.attention.varlen; CUDA, half precision). The keys of a tail
  are gathered as [trunk | tail]; with more keys than queries the kernel aligns the causal mask at the bottom right,
  so that a tail's query i sees its whole trunk and i + 1 of its own.
- flex: FlexAttention with a block mask; compiled on CUDA.
- rows: scaled-dot-product attention over rectangles padded on the right, trunks by themselves and each tail with its
  [trunk | tail] as keys. Runs on any device; only attention pays for padding, the layers around it do not.
- sdpa: one boolean mask over the whole row; exact anywhere, quadratic in the row's length.

A model calls these through transformers' AttentionInterface under one name, for which no mask function is registered:
transformers then makes no mask, and hands extra keyword arguments to every layer, also under checkpointing.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from rm_training.engine.layout import Ints, Layout

PACKED = "cheems_packed"
PACKED_WAYS = ("varlen", "flex", "rows", "sdpa")

_FLEX_BLOCK = 128
# What layers may pass that does not change what attention computes, given that no window is shorter than a sample.
_HARMLESS = {
    "sliding_window", "position_ids", "use_cache", "cache_position", "output_attentions", "output_hidden_states",
    "return_dict", "is_causal", "layer_idx",
}  # fmt: skip


class Unsupported(Exception):
    """The model's attention is not the plain one: packing it would change its results."""


class Attend(Protocol):
    """(1, heads, tokens, size) queries, (1, key heads, tokens, size) keys and values -> (1, tokens, heads, size)."""

    def __call__(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None
    ) -> torch.Tensor: ...


def attend_packed(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    attend: Attend | None = None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """The function under the name PACKED; `attend` comes from the call of the model."""
    strange = [name for name, value in others.items() if value is not None and name not in _HARMLESS]
    if attend is None or strange or dropout:
        raise Unsupported(f"its attention takes {', '.join(strange) or ('dropout' if dropout else 'no arguments')}")
    # Under autocast, rotary embeddings leave queries and keys in float32 and values in the lower precision.
    return attend(query.to(value.dtype), key.to(value.dtype), value, scaling), None


AttentionInterface.register(PACKED, attend_packed)


def attention_for(way: str, layout: Layout, device: torch.device) -> Attend:
    """The attention of one pass, its indices made once for all layers."""
    makers: dict[str, Callable[[Layout, torch.device], Attend]] = {
        "varlen": Varlen, "flex": flex, "rows": Rows, "sdpa": Masked,
    }  # fmt: skip
    return makers[way](layout, device)


def _on(device: torch.device, array: Ints, dtype: torch.dtype = torch.int64) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device=device, dtype=dtype, non_blocking=True)


class Varlen:
    """FlashAttention over segments; `kernel` has the signature of torch's varlen_attn."""

    def __init__(self, layout: Layout, device: torch.device, kernel: Callable[..., Any] | None = None):
        if kernel is None:
            from torch.nn.attention.varlen import varlen_attn

            kernel = varlen_attn
        segments = layout.segments
        seen = segments.seen_length + segments.length
        self._kernel: Callable[..., Any] = kernel
        self._keys = _on(device, _key_places(layout))
        self._queries_until = _on(device, _cumulative(segments.length), torch.int32)
        self._keys_until = _on(device, _cumulative(seen), torch.int32)
        self._most = int(segments.length.max()), int(seen.max())

    def __call__(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None
    ) -> torch.Tensor:
        queries, keys, values = (tensor[0].transpose(0, 1) for tensor in (query, key, value))
        out: torch.Tensor = self._kernel(
            queries.contiguous(), keys.index_select(0, self._keys), values.index_select(0, self._keys),
            self._queries_until, self._keys_until, *self._most,
            scale=scale, window_size=(-1, 0), enable_gqa=query.shape[1] != key.shape[1],
        )  # fmt: skip
        return out[None]


def _key_places(layout: Layout) -> Ints:
    """The places of each segment's keys, [seen | own] after one another."""
    segments = layout.segments
    parts = [
        part
        for start, length, seen, seen_length in zip(
            segments.start, segments.length, segments.seen_start, segments.seen_length, strict=True
        )
        for part in (np.arange(seen, seen + seen_length), np.arange(start, start + length))
    ]
    return np.concatenate(parts)


def _cumulative(lengths: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)])


class Rows:
    """Two rectangles padded on the right: trunks, a row each, and tails, each with its [trunk | tail] as keys.

    Trunks are plainly causal. Of a tail's keys its token i sees the trunk and i + 1 of its own, hence no padding.
    """

    def __init__(self, layout: Layout, device: torch.device):
        segments = layout.segments
        is_trunk = np.isin(segments.start, layout.trunk_start[layout.trunk_length > 0])
        self._parts: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]] = []
        back = np.zeros(layout.ids.size, dtype=np.int64)
        at = 0
        for chosen in (np.flatnonzero(is_trunk), np.flatnonzero(~is_trunk)):
            if len(chosen):
                own, seen = (array[chosen] for array in (segments.start, segments.seen_start))
                length, before = (array[chosen] for array in (segments.length, segments.seen_length))
                queries, is_query = _rectangle(length, own, np.zeros_like(length), own)
                keys, _ = _rectangle(before + length, seen, before, own)
                mask = _seen_by_tails(before, queries.shape[1], keys.shape[1], device) if before.any() else None
                self._parts.append((_on(device, queries), _on(device, keys), mask))
                back[queries[is_query]] = at + np.flatnonzero(is_query)
                at += queries.size
        self._back = _on(device, back)

    def __call__(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None
    ) -> torch.Tensor:
        grouped = query.shape[1] != key.shape[1]
        outs = []
        for queries, keys, mask in self._parts:
            q, k, v = _gathered(query, queries), _gathered(key, keys), _gathered(value, keys)
            out = scaled_dot_product_attention(
                q, k, v, attn_mask=mask, is_causal=mask is None, scale=scale, enable_gqa=grouped
            )
            outs.append(out.transpose(1, 2).flatten(0, 1))
        return torch.cat(outs).index_select(0, self._back)[None]


def _rectangle(length: Ints, first: Ints, before: Ints, then: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """A row each: `before` places from `first` on, then places from `then` on, `length` in all; and where they count.

    Padding is place 0.
    """
    column = np.arange(int(length.max()))[None, :]
    counts = column < length[:, None]
    places = np.where(column < before[:, None], first[:, None] + column, then[:, None] + column - before[:, None])
    return np.where(counts, places, 0), counts


def _seen_by_tails(before: Ints, queries: int, keys: int, device: torch.device) -> torch.Tensor:
    """(rows, 1, queries, keys) bool: key j is seen by query i of a tail behind `before` tokens if j <= before + i."""
    reach = _on(device, before)[:, None] + torch.arange(queries, device=device)
    return (torch.arange(keys, device=device) <= reach[:, :, None])[:, None]


def _gathered(tensor: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(1, heads, tokens, size) at (rows, columns) places -> (rows, heads, columns, size)."""
    flat = tensor[0].transpose(0, 1).index_select(0, places.flatten())
    return flat.view(*places.shape, *flat.shape[1:]).transpose(1, 2)


def _tails_and_trunks(layout: Layout) -> tuple[Ints, Ints]:
    """Of each token the number of its segment and that of its trunk's, -1 where it has none, (tokens,) each."""
    segments = layout.segments
    number = {start: i for i, start in enumerate(segments.start.tolist())}
    trunk = [number[s] if n else -1 for s, n in zip(segments.seen_start.tolist(), segments.seen_length, strict=True)]
    return np.repeat(np.arange(len(trunk)), segments.length), np.repeat(np.array(trunk), segments.length)


class Masked:
    """One (tokens, tokens) boolean mask."""

    def __init__(self, layout: Layout, device: torch.device):
        own, trunk = (_on(device, numbers) for numbers in _tails_and_trunks(layout))
        seen = (own[:, None] == own[None, :]) | (trunk[:, None] == own[None, :])
        self._mask = seen.tril_()[None, None]

    def __call__(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None
    ) -> torch.Tensor:
        grouped = query.shape[1] != key.shape[1]
        out = scaled_dot_product_attention(query, key, value, attn_mask=self._mask, scale=scale, enable_gqa=grouped)
        return out.transpose(1, 2)


@cache
def _flex_attention(device_type: str) -> Callable[..., torch.Tensor]:
    from torch.nn.attention.flex_attention import flex_attention

    # Uncompiled it forms all scores, which is slow but exact; its compiled backward pass exists on CUDA alone.
    return torch.compile(flex_attention, dynamic=True) if device_type == "cuda" else flex_attention  # type: ignore[return-value]


def flex(layout: Layout, device: torch.device) -> Attend:
    """FlexAttention over the row, padded to whole blocks; padding is a segment of its own."""
    from torch.nn.attention.flex_attention import create_block_mask

    own, trunk = _tails_and_trunks(layout)
    missing = -len(own) % _FLEX_BLOCK
    segment, trunk_of = (_on(device, np.pad(a, (0, missing), constant_values=-2)) for a in (own, trunk))

    def seen(batch: Any, head: Any, query: Any, key: Any) -> Any:
        same = (segment[query] == segment[key]) | (trunk_of[query] == segment[key])
        return same & (key <= query)

    mask = create_block_mask(seen, None, None, len(own) + missing, len(own) + missing, device=device)

    def attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None) -> torch.Tensor:
        q, k, v = (torch.nn.functional.pad(tensor, (0, 0, 0, missing)) for tensor in (query, key, value))
        grouped = query.shape[1] != key.shape[1]
        out = _flex_attention(device.type)(q, k, v, block_mask=mask, scale=scale, enable_gqa=grouped)
        return out[:, :, : query.shape[2]].transpose(1, 2)

    return attend
