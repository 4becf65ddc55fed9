"""Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685) of a backbone's linear layers, by the library peft."""

from dataclasses import dataclass

from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn


@dataclass(frozen=True)
class Lora:
    """Rank, scale (the update counts alpha / rank) and dropout of the adapters."""

    rank: int
    alpha: float
    dropout: float = 0.0


def add_lora(backbone: nn.Module, lora: Lora) -> None:
    """Adapt every linear layer of the backbone, in place; only the adapters, float32, are trained in it."""
    names = sorted({name for name, module in backbone.named_modules() if isinstance(module, nn.Linear)})
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=names)  # type: ignore[arg-type]
    inject_adapter_in_model(config, backbone)
    for parameter in backbone.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def merge_lora(backbone: nn.Module) -> bool:
    """Add each adapter's update to its layer's weights, in float32, and take it off; False where there was none."""
    adapted = [(name, module) for name, module in backbone.named_modules() if isinstance(module, BaseTunerLayer)]
    if adapted:
        backbone.float()
    for name, module in adapted:
        module.merge()
        parent, _, own = name.rpartition(".")
        setattr(backbone.get_submodule(parent), own, module.get_base_layer())
    return bool(adapted)
