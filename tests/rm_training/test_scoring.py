"""A reward model scores responses by a worker that may be killed, and each response gets the reward that is its own."""

import json
import os
import signal
from typing import Any

import numpy as np
import pytest

from annotate.models import Response
from rm_training import launcher, scoring
from rm_training.engine import score as engine_score
from rm_training.engine.data import read_training
from rm_training.models import ScoringJob
from rm_training.moves import job_ended
from tests.people import Cast, add_prompts
from tests.rm_training.conftest import external, messages
from tests.rm_training.stand_in import liking

pytestmark = [pytest.mark.django_db]


def ended_job(people: Cast, name: str, prompt_ids: list[int]) -> ScoringJob:
    job = scoring.scoring_queue(model=external(people, name), prompt_ids=prompt_ids, created_by=people.researcher)
    scoring.scoring_execute(job_id=job.pk, stopping=lambda: False)
    job.refresh_from_db()
    return job


def test_every_usable_response_of_the_prompts_asked_for_gets_its_own_reward(people: Cast, stand_in: None) -> None:
    prompts = add_prompts(people.project, 3)
    asked, other = prompts[:2], prompts[2]
    left_out = asked[0].responses.order_by("pk")[0]
    Response.objects.filter(pk=left_out.pk).update(discarded=True)
    job = ended_job(people, "rm-7", [prompt.pk for prompt in asked])
    assert (job.state, job.n_done, job.n_prompts) == ("succeeded", 2, 2)
    kept = list(Response.objects.filter(prompt__in=asked, discarded=False).order_by("pk"))
    rewards = scoring.rewards_read(job)
    assert rewards.responses.tolist() == [response.pk for response in kept]
    assert rewards.rewards.tolist() == [liking(response.text, 7) for response in kept]

    foreign = other.responses.order_by("pk")[0]
    found = rewards.of([kept[1].pk, foreign.pk, kept[0].pk, left_out.pk, 0, 10**12])
    assert np.isnan(found).tolist() == [False, True, False, True, True, True]
    assert found[[0, 2]].tolist() == [liking(kept[1].text, 7), liking(kept[0].text, 7)]


def test_two_prompts_of_the_same_text_keep_their_rewards_apart(people: Cast, stand_in: None) -> None:
    one, two = add_prompts(people.project, 2)
    type(one).objects.filter(pk=two.pk).update(text=one.text)
    job = ended_job(people, "rm-7", [one.pk, two.pk])
    assert len(scoring.rewards_read(job).responses) == one.responses.count() + two.responses.count()


def test_prompts_without_a_usable_response_fail_the_job_with_the_reason(people: Cast, stand_in: None) -> None:
    (prompt,) = add_prompts(people.project, 1)
    prompt.responses.update(discarded=True)
    job = ended_job(people, "rm-7", [prompt.pk])
    assert (job.state, job.error_code) == ("failed", "no_responses")


def test_a_model_that_cannot_be_loaded_fails_the_job_and_leaves_no_rewards(people: Cast, stand_in: None) -> None:
    (prompt,) = add_prompts(people.project, 1)
    job = ended_job(people, "rm-broken", [prompt.pk])
    assert (job.state, job.error_code) == ("failed", "base_not_loadable")
    with pytest.raises(FileNotFoundError):
        scoring.rewards_read(job)


def test_a_scoring_killed_midway_is_queued_again_and_whoever_waits_is_told_once_of_its_end(
    people: Cast, stand_in: None, django_capture_on_commit_callbacks: Any
) -> None:
    (prompt,) = add_prompts(people.project, 1)
    job = scoring.scoring_queue(model=external(people, "rm-stuck"), prompt_ids=[prompt.pk], created_by=None)
    folder = scoring.scoring_folder(job.pk)
    killed: list[int] = []
    told: list[tuple[int, str]] = []

    def kill_once() -> bool:
        if not killed and (folder / "asked.json").exists():
            killed.append(json.loads((folder / launcher.PID_FILE).read_text())["pid"])
            os.kill(killed[0], signal.SIGKILL)
        return False

    def hear(job: ScoringJob, **_signal: Any) -> None:
        told.append((job.pk, job.state))

    messages()
    job_ended.connect(hear, sender=ScoringJob)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            scoring.scoring_execute(job_id=job.pk, stopping=kill_once)
        job.refresh_from_db()
        assert (job.state, told) == ("queued", [])
        assert messages() == [("rm_training.tasks.scoring_run", [job.pk])]
        with django_capture_on_commit_callbacks(execute=True):
            scoring.scoring_execute(job_id=job.pk, stopping=lambda: False)
    finally:
        job_ended.disconnect(hear, sender=ScoringJob)
    assert told == [(job.pk, "succeeded")]


def test_the_engine_itself_scores_what_the_worker_asks_for(people: Cast, tiny_base: Any, tmp_path: Any) -> None:
    prompts = add_prompts(people.project, 2)
    model = external(people, "rm-7", "generative")
    type(model).objects.filter(pk=model.pk).update(source="tiny")
    model.refresh_from_db()
    job = scoring.scoring_queue(model=model, prompt_ids=[prompt.pk for prompt in prompts], created_by=None)
    scoring.scoring_execute(job_id=job.pk, stopping=lambda: False)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    assert (job.n_done, job.n_prompts) == (2, 2)
    folder = scoring.scoring_folder(job.pk)
    asked = read_training([folder / scoring.INPUT_FILE])
    again = tmp_path / "again.jsonl"
    files = ["--input", str(folder / "responses.jsonl"), "--output", str(again)]
    said = engine_score.main(["--model", str(tiny_base), "--adapter", "generative", *files])
    assert said == 0
    rewards = {int(row["id"]): row["reward"] for row in map(json.loads, again.read_text().splitlines())}
    read = scoring.rewards_read(job)
    assert len(rewards) == sum(len(prompt.response_ids) for prompt in asked)
    assert {key: rewards[key] for key in read.responses.tolist()} == pytest.approx(
        dict(zip(read.responses.tolist(), read.rewards.tolist(), strict=True))
    )
