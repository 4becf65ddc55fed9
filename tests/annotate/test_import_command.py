"""The import by command, and an import whose process is killed while it writes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotate.models import ImportJob, Prompt
from tests.people import Cast

ROOT = Path(__file__).resolve().parents[2]


def lines(n: int) -> list[str]:
    return [
        json.dumps({"prompt": f"第 {i} 题", "responses": [{"model": "m", "text": f"{i} 答 {k}"} for k in range(3)]})
        for i in range(n)
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "题.jsonl"
    path.write_text("\n".join([*lines(3)[:2], "no json", lines(3)[2]]))
    return path


@pytest.mark.django_db
def test_every_bad_line_is_printed_and_nothing_is_written(people: Cast, file: Path) -> None:
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("import_prompts", people.project.name, str(file), stderr=errors)
    assert errors.getvalue().startswith("line 3: not_json:")
    assert (Prompt.objects.count(), ImportJob.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_keep_good_imports_the_rest(people: Cast, file: Path) -> None:
    out = StringIO()
    call_command("import_prompts", str(people.project.pk), str(file), "--keep-good", stdout=out, stderr=StringIO())
    assert "3 prompts with 9 responses imported; 1 bad lines." in out.getvalue()
    assert set(Prompt.objects.values_list("state", flat=True)) == {"annotating"}


@pytest.mark.django_db
def test_a_dry_run_leaves_nothing(people: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines(3)))
    out = StringIO()
    call_command("import_prompts", people.project.name, str(path), "--dry-run", stdout=out)
    assert "3 prompts with 9 responses can be imported" in out.getvalue()
    assert (Prompt.objects.count(), ImportJob.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_an_unknown_project_or_file_is_an_error_in_words(people: Cast, file: Path) -> None:
    with pytest.raises(CommandError, match=r"没有|no project"):
        call_command("import_prompts", "nowhere", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_prompts", people.project.name, str(file.parent / "missing"))


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def count(database: Path, where: str) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(connection.execute(f"SELECT count(*) FROM annotate_prompt WHERE {where}").fetchone()[0])
    finally:
        connection.close()


def test_an_import_killed_while_it_writes_is_finished_by_another_worker_without_doubles(tmp_path: Path) -> None:
    environment = {**os.environ, "CHEEMS_DATA_DIR": str(tmp_path), "CHEEMS_JOB_LOST_SECONDS": "0"}
    for variable in ("DATABASE_URL", "CELERY_BROKER_URL"):
        environment.pop(variable, None)
    database, path = tmp_path / "cheems.sqlite3", tmp_path / "a.jsonl"
    n = 4000
    path.write_text("\n".join(lines(n)))
    manage(environment, "migrate", "-v0")
    manage(environment, "shell", "-v0", "-c", "from annotate.models import Project; Project.objects.create(name='p')")
    writer = subprocess.Popen(
        [sys.executable, "manage.py", "import_prompts", "p", str(path)], cwd=ROOT, env=environment
    )
    while count(database, "state = 'staged'") < 400:
        assert writer.poll() is None, "the import ended before it could be killed"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert 0 < count(database, "state = 'staged'") < n
    assert count(database, "state <> 'staged'") == 0
    worker = (
        "from annotate.models import ImportJob; from annotate import tasks; "
        "tasks.jobs_requeue(); tasks.import_write(ImportJob.objects.get().pk); print(ImportJob.objects.get().state)"
    )
    assert manage(environment, "shell", "-v0", "-c", worker).strip() == "done"
    assert (count(database, "state = 'annotating'"), count(database, "1")) == (n, n)
