"""Model shapes with random weights, the floating-point operations that they need, and the peaks of cards."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

# Dense bf16 TFLOP/s as NVIDIA states them, by a part of the device's name; the first that fits counts.
PEAKS = {
    "H100 PCIe": 756.0, "H100 NVL": 835.0, "H100": 989.4, "H200": 989.4, "A100": 312.0,
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """A Qwen2 network's sizes; `lora_rank` 0 trains all weights, else adapters of that rank on all linear layers."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocab: int
    dtype: str = "float32"  # of the saved weights
    lora_rank: int = 0

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads

    @property
    def layer_parameters(self) -> int:
        """Weights of the linear layers, which every token passes; embeddings, norms and biases not counted."""
        key_value = 2 * self.hidden * self.kv_heads * self.head_size
        attention = 2 * self.hidden * self.heads * self.head_size + key_value
        return self.layers * (attention + 3 * self.hidden * self.intermediate)


SHAPES = {
    "tiny": Shape(hidden=256, intermediate=768, layers=2, heads=4, kv_heads=4, vocab=4096),
    "qwen2.5-0.5b": Shape(hidden=896, intermediate=4864, layers=24, heads=14, kv_heads=2, vocab=151936),
    "qwen2.5-1.5b": Shape(hidden=1536, intermediate=8960, layers=28, heads=12, kv_heads=2, vocab=151936),
    "qwen2.5-7b": Shape(
        hidden=3584, intermediate=18944, layers=28, heads=28, kv_heads=4, vocab=152064, dtype="bfloat16"
    ),
}
SHAPES["qwen2.5-7b-lora"] = replace(SHAPES["qwen2.5-7b"], lora_rank=16)


@dataclass(frozen=True)
class Layout:
    """What a way of forwarding needs for one prompt: tokens, and (query, key) pairs of causal attention."""

    tokens: int
    attended: float


def layout_of_rows(lengths: Iterable[int]) -> Layout:
    """Each row on its own, padding not counted; `lengths` in tokens."""
    lengths = list(lengths)
    return Layout(sum(lengths), sum(length**2 / 2 for length in lengths))


def layout_shared(prompt: int, responses: Iterable[int]) -> Layout:
    """The prompt once, and each response attending to it and to itself; all in tokens."""
    responses = list(responses)
    attended = prompt**2 / 2 + sum(prompt * length + length**2 / 2 for length in responses)
    return Layout(prompt + sum(responses), attended)


def flops(shape: Shape, layout: Layout, *, training: bool) -> float:
    """Floating-point operations that the model needs for `layout`; recomputation and padding are not counted.

    Forward: 2 * parameters of the linear layers * tokens + 4 * layers * hidden * attended, `attended` being
    the (query, key) pairs. The backward pass takes twice as much; with adapters the frozen weights need no
    gradient, so their part of it is the forward's once more (the adapters' own part, under 1%, is left out).
    Kaplan et al. 2020 (arXiv 2001.08361), table 1, without embeddings.
    """
    linear = 2.0 * shape.layer_parameters * layout.tokens
    attention = 4.0 * shape.layers * shape.heads * shape.head_size * layout.attended
    if not training:
        return linear + attention
    return (2 if shape.lora_rank else 3) * linear + 3 * attention


def peak_tflops(device: str) -> float | None:
    """Dense bf16 TFLOP/s of the card called `device`, or None where the table does not have it."""
    return next((peak for name, peak in PEAKS.items() if name in device), None)
