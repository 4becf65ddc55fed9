"""Weights and optimiser states that may be sharded over processes (FSDP2): sharding them, and whole copies of them.

Only what is trained is copied: frozen weights are the base's. What is not sharded is copied as it is.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor

from rm_training.engine.errors import EngineError
from rm_training.engine.model import RewardModel

_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True)


def shard(model: RewardModel, processes: int) -> None:
    """Shard weights, gradients and optimiser states over the processes, layer by layer, in place.

    Layers compute in the run's precision, the scalar head in float32; gradients are summed in float32, since losses
    are already divided by the whole batch's counts. Raises EngineError `not_supported` for a model with a
    language-model head, whose weights may be the embedding's too.
    """
    if model.network is None or model.causal is not None:
        raise EngineError("not_supported", 'parallel: fsdp trains the objective "discriminative" only; choose ddp.')
    mesh = init_device_mesh(model.runtime.device.type, (processes,))
    half = torch.bfloat16 if model.runtime.precision == "bf16" else None
    layers = MixedPrecisionPolicy(param_dtype=half, reduce_dtype=torch.float32)
    backbone = model.network.base_model
    for block in _blocks(backbone):
        fully_shard(block, mesh=mesh, mp_policy=layers)
    fully_shard(backbone, mesh=mesh, mp_policy=layers)
    fully_shard(model.network.get_submodule("score"), mesh=mesh)
    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)


def _blocks(backbone: nn.Module) -> list[nn.Module]:
    """The transformer blocks: the longest list of modules in the backbone."""
    lists = [module for module in backbone.modules() if isinstance(module, nn.ModuleList)]
    return max((list(modules) for modules in lists), key=len, default=[])


def is_sharded(model: nn.Module) -> bool:
    return any(isinstance(parameter, DTensor) for parameter in model.parameters())


def trained_weights(model: RewardModel) -> dict[str, Any]:
    """The trained parameters by name, whole; every process takes part."""
    if is_sharded(model):
        return get_model_state_dict(model, options=_WHOLE)
    return {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}


def optimizer_state(model: RewardModel, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """The optimiser's state, whole; every process takes part."""
    return get_optimizer_state_dict(model, optimizer, options=_WHOLE) if is_sharded(model) else optimizer.state_dict()


def restore_sharded(
    model: RewardModel,
    weights: dict[str, Any],
    optimizer: torch.optim.Optimizer | None = None,
    state: dict[str, Any] | None = None,
) -> None:
    """Put whole copies back, sharded or not."""
    if is_sharded(model):
        set_model_state_dict(model, weights, options=_WHOLE)
        if optimizer is not None and state is not None:
            set_optimizer_state_dict(model, optimizer, state, options=_WHOLE)
        return
    own = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    if own.keys() != weights.keys():
        raise EngineError("checkpoint_mismatch", "The checkpoint holds the weights of another model.")
    with torch.no_grad():
        for name, parameter in own.items():
            parameter.copy_(weights[name])
    if optimizer is not None and state is not None:
        optimizer.load_state_dict(state)


def save_whole(model: RewardModel, folder: Path | None) -> None:
    """Save the model as plain transformers models to `folder`; the processes of a sharded one all call it.

    Without a folder the process only gives its shards.
    """
    if not is_sharded(model):
        if folder is not None:
            model.finish()
            model.save(folder)
        return
    weights = trained_weights(model)
    assert model.network is not None
    if folder is not None:
        named = {name.removeprefix("network."): tensor for name, tensor in weights.items()}
        model.network.save_pretrained(folder, state_dict=named)
        model.tokenizer.save_pretrained(folder)
