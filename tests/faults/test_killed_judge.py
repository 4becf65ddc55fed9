"""A worker killed outright in the middle of judging: every pair is judged once, and spending is counted once."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from threading import Event
from typing import Any

from simulator.servers import fresh_database
from tests.annotate.judged import honest
from tests.model_server import Body, Reply, model_server

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 600
N_PROMPTS, N_PAIRS, TOKENS = 30, 90, 120
KILLED_AT = 40
START = "import django, json, sys; django.setup(); "
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.annotate.judged import endpoint, settled_prompts, trial
from tests.people import cast
people = cast()
settled_prompts(people.project, int(sys.argv[2]))
print(trial(people, endpoint(people, sys.argv[1], concurrency=8)).pk)
"""
WORK = """
from annotate.services.call_runs import call_runs_requeue
from annotate.services.judge_work import judge_run_execute
call_runs_requeue()
judge_run_execute(run_id=int(sys.argv[1]), stopping=lambda: False)
"""
REPORT = """
from annotate.models import JudgeRun
run = JudgeRun.objects.get(pk=sys.argv[1])
calls = [{"pair": sorted((c.first_id, c.second_id)), "state": c.state, "verdict": c.verdict, "unsure": c.unsure,
          "cost": c.cost_micros, "answers": c.answers} for c in run.calls.all()]
names = ("state", "n_done", "spent_micros", "spent_tokens", "reserved_tokens", "unsure_tokens", "n_unsure", "attempts")
print(json.dumps({"calls": calls, **{name: getattr(run, name) for name in names}}))
"""


def script(code: str, environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-c", START + code, *arguments]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True, timeout=PATIENCE
    )
    return done.stdout.strip()


def test_a_killed_worker_costs_no_answer_and_no_cent_twice(tmp_path: Path) -> None:
    environment = os.environ | {
        "CHEEMS_DATA_DIR": str(tmp_path),
        "CHEEMS_JOB_LOST_SECONDS": "0",
        "DJANGO_SETTINGS_MODULE": "annotation_site.settings",
    }
    environment.pop("CELERY_BROKER_URL", None)
    if url := os.environ.get("DATABASE_URL"):
        with fresh_database(url) as own:
            killed_and_restarted(environment | {"DATABASE_URL": own})
    else:
        killed_and_restarted(environment)


def killed_and_restarted(environment: dict[str, str]) -> None:
    reached, go_on = Event(), Event()

    def behave(body: Body, n: int) -> Reply:
        if n >= KILLED_AT and not go_on.is_set():
            reached.set()
            go_on.wait(PATIENCE)
        return honest(body, n)

    with model_server() as server:
        server.behave = behave
        run = script(PREPARE, environment, server.url, str(N_PROMPTS))
        with subprocess.Popen([sys.executable, "-c", START + WORK, run], env=environment, cwd=ROOT) as worker:
            assert reached.wait(PATIENCE)
            worker.kill()
        go_on.set()
        left = json.loads(script(REPORT, environment, run))
        script(WORK, environment, run)
        report = json.loads(script(REPORT, environment, run))
        asked = Counter(body["messages"][-1]["content"] for body in server.asked)
    check(left, report, asked)


def check(left: dict[str, Any], report: dict[str, Any], asked: Counter[str]) -> None:
    assert left["state"] == "running"
    assert 0 < left["n_done"] < N_PAIRS
    assert left["reserved_tokens"] > 0
    calls = report["calls"]
    assert (report["state"], report["n_done"], report["attempts"]) == ("finished", N_PAIRS, 2)
    assert len({tuple(call["pair"]) for call in calls}) == len(calls) == N_PAIRS
    assert all(call["state"] == "done" and call["verdict"] and len(call["answers"]) == 1 for call in calls)
    assert report["spent_tokens"] == report["spent_micros"] == N_PAIRS * TOKENS == sum(call["cost"] for call in calls)
    assert (report["reserved_tokens"], report["unsure_tokens"]) == (0, left["reserved_tokens"])
    # Asked twice was only what was on its way at the kill; what had been stored was not asked again.
    n_lost = sum(call["unsure"] for call in calls)
    assert report["n_unsure"] == n_lost == sum(call["state"] == "started" for call in left["calls"])
    assert len(asked) == N_PAIRS
    assert max(asked.values()) == 2
    assert sum(times - 1 for times in asked.values()) <= n_lost
