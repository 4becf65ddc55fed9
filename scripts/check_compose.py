"""Checks docker-compose.yml: by compose itself, and that every command of ours starts a program that is there.

    python scripts/check_compose.py

Compose's own check needs no Docker engine. Where its command is missing it is installed (as root on Debian); where
that cannot be done, the file's structure is checked here, which finds less: unknown services and volumes, and what
the YAML reader refuses.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = ("docker-compose.yml", "docker-compose.test.yml")
FILLED_IN = {"SECRET_KEY": "a-key", "POSTGRES_PASSWORD": "a-password", "ALLOWED_HOSTS": "annotate.example.org"}
PROGRAMS_OF_OUR_IMAGE = {"gunicorn", "celery", "python"}


def compose_command() -> list[str] | None:
    """Return the command line of compose, if this machine has it."""
    if shutil.which("docker"):
        plugin = ["docker", "compose"]
        if subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode == 0:
            return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else None


def compose_command_installed() -> list[str] | None:
    """Return the command line of compose, installing it if need be and possible."""
    if (found := compose_command()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    subprocess.run([ROOT / "scripts" / "need.sh", "docker-compose"], check=True)
    return compose_command()


def problems_by_compose(command: list[str], file: str) -> list[str]:
    """Return what compose says against `file`."""
    asked = [*command, "--file", file, "--profile", "gpu", "config", "--quiet"]
    answer = subprocess.run(asked, cwd=ROOT, env=os.environ | FILLED_IN, capture_output=True, text=True, check=False)
    return [answer.stderr.strip()] if answer.returncode else []


def problems_of_structure(content: dict[str, Any]) -> list[str]:
    """Return services without an image, and names of services and volumes that are not declared."""
    services, found = content["services"], []
    for name, service in services.items():
        if not ("image" in service or "build" in service):
            found.append(f"{name}: neither image nor build")
        unknown = set(service.get("depends_on", {})) - set(services)
        found += [f"{name}: depends on {other}, which is no service" for other in sorted(unknown)]
        sources = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        found += [f"{name}: no volume {source}" for source in sorted(sources - set(content.get("volumes", {})))]
    return found


def problems_of_commands(content: dict[str, Any]) -> list[str]:
    """Return the commands run in our image whose program, or whose module of ours, does not exist."""
    found = []
    for name, service in content["services"].items():
        command = service.get("command")
        if service.get("image") != "cheems-annotate" or command is None:
            continue
        if command[0] not in PROGRAMS_OF_OUR_IMAGE:
            found.append(f"{name}: {command[0]} is no program of the image")
        modules = [word for word in command if word.startswith("annotation_site")]
        found += [f"{name}: no module {module}" for module in modules if importlib.util.find_spec(module) is None]
        scripts = [word for word in command if word.endswith(".py")]
        found += [f"{name}: no file {script}" for script in scripts if not (ROOT / script).is_file()]
    return found


def main() -> int:
    """Print every problem; return 1 if there is any."""
    sys.path.insert(0, str(ROOT))
    compose, found = compose_command_installed(), []
    for file in FILES:
        content = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
        told = problems_by_compose(compose, file) if compose else problems_of_structure(content)
        found += [f"{file}: {problem}" for problem in told + problems_of_commands(content)]
    print("\n".join(found) or f"{', '.join(FILES)}: well ({' '.join(compose) if compose else 'structure only'})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
