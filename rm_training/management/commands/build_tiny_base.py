"""manage.py build_tiny_base: builds the base model that runs use unless told otherwise, from the project's own text."""

import json
import shutil
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rm_training.launcher import engine_command, engine_environment
from rm_training.selectors import DEFAULT_BASE, RECOMMENDED_FILE

# PROTOCOL 9's defaults are for a base that can read. This one has random weights: with them its loss would not move.
RECOMMENDED = {"learning_rate": 0.001, "epochs": 6, "batch_responses": 20, "max_length": 768}


class Command(BaseCommand):
    """Builds BASES_DIR/tiny: Qwen2's architecture, random weights, a tokenizer trained on the given texts.

    With it comes what it recommends, so that a run of it learns something within a minute or so on a CPU.
    """

    help = "Build the tiny base model, so that runs work on a CPU without a download. Does nothing if it is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        default = settings.BASE_DIR / "demo" / "prompts_responses.jsonl"
        parser.add_argument("--text", type=Path, nargs="+", default=[default], help=f"plain text or JSONL [{default}]")
        parser.add_argument("--force", action="store_true", help="build it again")

    def handle(self, *, text: list[Path], force: bool, **options: Any) -> None:
        """Build beside the target and put it into place whole."""
        target: Path = settings.BASES_DIR / DEFAULT_BASE
        if (target / "config.json").is_file() and not force:
            self.stdout.write(f"{target} is there already.")
            return
        building = target.with_name(f".{target.name}.building")
        shutil.rmtree(building, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        files = [str(path.resolve()) for path in text]
        command = engine_command("tiny", "--text", *files, "--out", str(building))
        built = subprocess.run(command, env=engine_environment(), cwd=target.parent, check=False)
        if built.returncode:
            shutil.rmtree(building, ignore_errors=True)
            raise CommandError(f"The engine built no base (exit code {built.returncode}); its reason stands above.")
        (building / RECOMMENDED_FILE).write_text(json.dumps(RECOMMENDED, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        building.replace(target)
        self.stdout.write(f"Built {target}.")
