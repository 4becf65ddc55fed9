"""Finds a base model: a folder, a Hugging Face name or modelscope:<name>; no weights in pickles."""

from importlib import import_module
from pathlib import Path

from rm_training.engine.errors import EngineError

MODELSCOPE = "modelscope:"

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def find_base(name: str) -> str:
    """The folder of `name`, or the name itself where the Hugging Face Hub is to find it.

    Raises EngineError `base_not_loadable`, or `pickle_refused` for a folder whose only weights are pickles.
    """
    if name.startswith(MODELSCOPE):
        name = _from_modelscope(name.removeprefix(MODELSCOPE))
    folder = Path(name).expanduser()
    if folder.is_dir():
        _check_folder(folder)
        return str(folder)
    if folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise EngineError("base_not_loadable", f"The base model folder {name} does not exist.")
    return name


def _check_folder(folder: Path) -> None:
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise EngineError(
            "pickle_refused",
            f"{folder} holds its weights as pickles ({', '.join(pickles)}), which can run any code when "
            "loaded. Convert them to safetensors first.",
        )
    raise EngineError("base_not_loadable", f"{folder} holds no weights (*.safetensors).")


def _from_modelscope(name: str) -> str:
    try:
        modelscope = import_module("modelscope")  # an optional package: only names of this kind need it
    except ImportError as error:
        raise EngineError(
            "base_not_loadable",
            f"{MODELSCOPE}{name} needs the Python package modelscope, which is not installed.",
        ) from error
    try:
        return str(modelscope.snapshot_download(name, ignore_patterns=list(_PICKLES)))
    except Exception as error:  # its errors share no base class; whatever they are, this name cannot be loaded
        raise EngineError("base_not_loadable", f"{MODELSCOPE}{name} cannot be downloaded: {error}") from error
