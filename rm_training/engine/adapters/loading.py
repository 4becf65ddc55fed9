"""Loads networks and tokenizers as transformers has them, with every doubt a named error."""

import sys
from typing import Any

import torch
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging as transformers_logging

from rm_training.engine.adapters.folder import ModelFolder, code_sha256
from rm_training.engine.errors import EngineError


def load_network(
    auto_class: Any, folder: ModelFolder, *, drawn: tuple[str, ...] = (), **options: Any
) -> PreTrainedModel:
    """The network of the folder in float32, in evaluation mode.

    drawn: how the names of those tensors begin that the caller brings itself, which the folder may lack. Raises
    EngineError `base_not_loadable`.
    """
    # Its report on missing tensors reads like a fault; what is missing is judged and told below.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        network, info = auto_class.from_pretrained(
            folder.path, dtype=torch.float32, use_safetensors=True, trust_remote_code=folder.runs_code,
            output_loading_info=True, **options,
        )  # fmt: skip
    except Exception as error:  # transformers raises many types; all mean that this model does not load
        raise _not_loadable(folder, str(error).strip() or type(error).__name__) from error
    lost = sorted(name for name in info["missing_keys"] if not name.startswith(drawn))
    if lost:
        raise _not_loadable(folder, f"its weights lack {len(lost)} tensors, {lost[0]} among them")
    return network.eval()  # type: ignore[no-any-return]


def load_tokenizer(folder: ModelFolder, *, chat: bool) -> PreTrainedTokenizerBase:
    """The tokenizer, with some padding token: which one is of no weight, for it is masked.

    Raises EngineError `base_not_loadable`; `no_chat_template` where `chat` needs one.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder.path, trust_remote_code=folder.runs_code)
    except Exception as error:  # as above
        raise _not_loadable(folder, str(error).strip() or type(error).__name__) from error
    if chat and not tokenizer.chat_template:
        raise EngineError(
            "no_chat_template",
            f"The tokenizer of {folder.name} has no chat template, so nobody can tell how the model expects prompt "
            "and response. Put its chat_template.jinja into the folder.",
        )
    if tokenizer.pad_token_id is None:
        token = tokenizer.eos_token or tokenizer.unk_token
        if token is None:
            raise EngineError("no_pad_token", f"The tokenizer of {folder.name} has no token to pad with.")
        tokenizer.pad_token = token
    return tokenizer  # type: ignore[no-any-return]


def positions_of(network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """The longest sample, in tokens, that the model was made for."""
    positions = getattr(network.config.get_text_config(), "max_position_embeddings", None)
    return min(tokenizer.model_max_length, positions or sys.maxsize)


def _not_loadable(folder: ModelFolder, reason: str) -> EngineError:
    hint = ""
    if not folder.runs_code and any(folder.path.rglob("*.py")):
        hint = f" It may need its own code, which runs only if you allow it: --allow-code {code_sha256(folder.path)}"
    return EngineError("base_not_loadable", f"The model {folder.name} cannot be loaded: {reason}{hint}")
