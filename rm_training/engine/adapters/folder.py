"""What lies in a model's folder: its tensors' names, and its code, which runs only where it is allowed by hash."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from safetensors import SafetensorError, safe_open
from transformers import CONFIG_MAPPING

from rm_training.engine.base import find_base
from rm_training.engine.errors import EngineError

# No weights in pickles, and no second copy of the weights in the formats of other programs.
_WANTED = ("*.json", "*.safetensors", "*.jinja", "*.model", "*.txt", "*.py")
_UNWANTED = ("original/*", "onnx/*")


@dataclass(frozen=True)
class ModelFolder:
    """A folder with safetensors; `tensors` gives the shape of each tensor, `runs_code` whether its code may run."""

    name: str
    path: Path
    tensors: dict[str, tuple[int, ...]]
    config: dict[str, Any]
    runs_code: bool

    def tensor(self, name: str) -> Any:
        """One tensor, as torch reads it."""
        for file in sorted(self.path.glob("*.safetensors")):
            with safe_open(file, framework="pt") as tensors:
                if name in tensors.keys():  # noqa: SIM118
                    return tensors.get_tensor(name)
        raise KeyError(name)


def open_folder(name: str, allowed_code: str | None) -> ModelFolder:
    """The model's folder, fetched from the Hugging Face Hub where `name` is none.

    Raises EngineError `base_not_loadable`, `pickle_refused`; `code_refused` where the model cannot be loaded
    without code of its own that nobody allowed, or where other code lies there than was allowed.
    """
    path = Path(find_base(name))
    if not path.is_dir():
        path = Path(find_base(_fetched(str(path))))
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        tensors = _shapes(path)
    except (OSError, ValueError, SafetensorError) as error:
        raise EngineError("base_not_loadable", f"The model {name} cannot be loaded: {error}") from error
    return ModelFolder(name, path, tensors, config, _may_run_code(name, path, config, allowed_code))


def code_sha256(folder: Path) -> str:
    """One hash of all *.py files of a folder and the folders in it, which changes with any name or byte of them.

    It is that of `sha256sum`'s own list of them, sorted by path, so that anybody can work it out in the folder:
    find . -name '*.py' -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum
    """
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _fetched(name: str) -> str:
    try:
        return str(snapshot_download(name, allow_patterns=list(_WANTED), ignore_patterns=list(_UNWANTED)))
    except Exception as error:  # its errors share no base class; whatever they are, this name cannot be loaded
        raise EngineError("base_not_loadable", f"The model {name} cannot be fetched: {error}") from error


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for file in sorted(path.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            shapes |= {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    return shapes


def _may_run_code(name: str, path: Path, config: dict[str, Any], allowed: str | None) -> bool:
    found = code_sha256(path)
    if allowed is not None and allowed.lower() != found:
        raise EngineError(
            "code_refused",
            f"--allow-code names {allowed}, but the hash of the *.py files in {path} is {found}. Read them again "
            "before you allow them.",
        )
    auto_map = config.get("auto_map") or {}
    if any("--" in str(target) for target in auto_map.values()):
        raise EngineError(
            "code_refused", f"{name} loads code from another repository, which no hash of this folder covers."
        )
    if allowed is None and auto_map and config.get("model_type") not in CONFIG_MAPPING:
        files = ", ".join(sorted(file.name for file in path.rglob("*.py"))) or "no *.py file"
        raise EngineError(
            "code_refused",
            f"{name} cannot be loaded without running code of its own ({files}). Code in a model folder can do "
            f"anything that you can. If you have read it and trust it, pass --allow-code {found}",
        )
    return allowed is not None
