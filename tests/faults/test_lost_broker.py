"""The database is the truth about every job: a broker that loses its messages loses no work."""

import os
import time
from pathlib import Path

from simulator.client import Client
from simulator.site import Site
from tests.e2e.material import N_PROMPTS, prompt_lines

PASSWORD = "faults-password-1"
PATIENCE = 120.0


def test_a_job_whose_message_was_lost_is_queued_again_and_done_once(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text("".join(prompt_lines()), encoding="utf-8")
    environment = {**os.environ, "DATABASE_URL": "", "CELERY_BROKER_URL": "", "CHEEMS_JOB_LOST_SECONDS": "2"}
    with Site(tmp_path / "site", environment) as site:
        site.manage("migrate", "--noinput", "--verbosity", "0")
        site.manage("create_person", "faults-owner", "--staff", CHEEMS_PASSWORD=PASSWORD)
        site.start_web()
        with Client(site.address, "faults-owner") as owner:
            owner.log_in(PASSWORD)
            project = owner.post("projects", {"name": "故障", "description": ""})["id"]
            job = owner.upload(f"projects/{project}/imports", file, {"keep_good": "false", "human_sources": ""})
            messages = list((tmp_path / "site/data/broker/messages").iterdir())
            assert messages, "the upload should have put a message on the queue"
            for message in messages:
                message.unlink()
            site.start_workers()
            checked = wait_for(owner, job["id"], {"checked"})
            assert (checked["n_good"], checked["n_bad"]) == (N_PROMPTS, 0)
            owner.post(f"imports/{job['id']}/commit")
            wait_for(owner, job["id"], {"done"})
            states = owner.get(f"projects/{project}/figures")["states"]
    assert states == {"annotating": N_PROMPTS}


def wait_for(owner: Client, job: int, states: set[str]) -> dict[str, object]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        row = owner.get(f"imports/{job}")
        if row["state"] in states:
            return dict(row)
        time.sleep(0.5)
    raise AssertionError(f"the import is still {row['state']} after {PATIENCE:.0f} s")
