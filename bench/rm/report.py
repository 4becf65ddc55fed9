"""Writes figures into RESULTS.md, each benchmark into a section of its own, so that none is typed by hand."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch

RESULTS = Path(__file__).with_name("RESULTS.md")
_PACKAGES = ("torch", "transformers", "numpy")


def circumstances(device: str, command: Sequence[str]) -> list[str]:
    """Where, when, with what and how a benchmark ran, as lines of Markdown. `command`: module and arguments."""
    name = torch.cuda.get_device_name() if device == "cuda" else f"CPU ({processor()}, {os.cpu_count()} cores)"
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    lines = [
        f"- Device: {name}; load at the end {os.getloadavg()[0]:.1f}",
        f"- Versions: Python {platform.python_version()}, {versions}",
        f"- Command: `python -m {' '.join(command)}`, {datetime.now(UTC):%Y-%m-%d}",
    ]
    return lines if torch.cuda.is_available() else [*lines, "- No GPU was available."]


def processor() -> str:
    names = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def write_section(name: str, title: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Put `lines` under `title` where the section `name` stands in the file, or at its end."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    text = path.read_text(encoding="utf-8")
    section = "\n".join([begin, f"## {title}", "", *lines, end])
    before, found, rest = text.partition(begin)
    text = before + section + rest.partition(end)[2] if found else f"{text.rstrip()}\n\n{section}\n"
    path.write_text(text, encoding="utf-8")


def this_command(module: str) -> list[str]:
    """How this process was started, without the folders of this machine."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--write-results"]
    return [module, *(Path(argument).name if "/" in argument else argument for argument in arguments)]
