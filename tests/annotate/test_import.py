"""Importing: checked first, written whole or not at all, visible at once, and to nobody before."""

import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import zstandard
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pyarrow import parquet

from annotate.domain.design import ring_order
from annotate.models import Assignment, Category, Event, ImportJob, ImportProblem, Project, Prompt, Response, User
from annotate.services.import_write import import_write
from annotate.services.imports import import_check, import_commit, import_create
from annotate.services.jobs import job_kept_alive, jobs_requeue
from tests.annotate.finished import accept_inserts, drop_trigger, refuse_inserts
from tests.people import Cast

pytestmark = pytest.mark.django_db


def row(n: int, **changes: Any) -> dict[str, Any]:
    responses = [{"model": f"secret-{m}", "text": f"第 {n} 题的答 {m}"} for m in range(4)]
    return {"id": f"q{n}", "prompt": f"第 {n} 题", "category": ["数学", "代数"], "responses": responses, **changes}


def jsonl(*rows: Any) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in rows).encode()


def upload(people: Cast, content: bytes, *, keep_good: bool = False, name: str = "题.jsonl", **more: Any) -> ImportJob:
    job = import_create(
        user=people.researcher,
        project_id=people.project.pk,
        file=SimpleUploadedFile(name, content),
        filename=name,
        keep_good=keep_good,
        human_sources=more.get("human_sources", []),
    )
    import_check(job_id=job.pk)
    job.refresh_from_db()
    return job


def commit(people: Cast, job: ImportJob) -> ImportJob:
    import_commit(user=people.researcher, job_id=job.pk)
    import_write(job_id=job.pk)
    job.refresh_from_db()
    return job


def test_a_good_file_becomes_prompts_with_tasks(people: Cast) -> None:
    job = upload(people, gzip.compress(jsonl(*[row(n) for n in range(7)], {"prompt": "还没有回答"})), name="a.jsonl.gz")
    assert (job.state, job.n_good, job.n_bad, job.n_responses) == ("checked", 8, 0, 28)
    assert Prompt.objects.count() == 0
    job = commit(people, job)
    assert (job.state, job.lines_done, job.n_prompts, job.n_responses, job.error) == ("done", 8, 8, 28, "")
    assert sorted(Prompt.objects.values_list("state", flat=True)) == ["annotating"] * 7 + ["awaiting_responses"]
    assert Assignment.objects.count() == 7 * 4 * people.project.passes


def test_responses_are_created_in_ring_order(people: Cast) -> None:
    commit(people, upload(people, jsonl(row(1))))
    rows = Response.objects.order_by("pk").values_list("ring_index", "model")
    order = ring_order(4, f"{people.project.seed}:q1")
    assert list(rows) == [(place, f"secret-{model}") for place, model in enumerate(order)]


def test_the_category_tree_is_created_once(people: Cast) -> None:
    commit(people, upload(people, jsonl(row(1), row(2, category="数学"), row(3, category=["数学", "几何/平面"]))))
    commit(people, upload(people, jsonl(row(4))))
    assert sorted(Category.objects.values_list("key", "parent__key")) == [
        ("数学", None),
        ("数学/代数", "数学"),
        ("数学/几何\\/平面", "数学"),
    ]


def test_human_instructions_are_told_from_open_prompts(people: Cast) -> None:
    content = jsonl(row(1, source="human"), row(2, source="open"), row(3, source="客服"), row(4, source="论坛"))
    commit(people, upload(people, content, human_sources=["客服"]))
    subsets = Prompt.objects.order_by("external_id").values_list("source", "subset")
    assert list(subsets) == [("human", "human"), ("open", "open"), ("客服", "human"), ("论坛", "open")]


def test_every_published_prompt_has_its_line_in_the_log(people: Cast) -> None:
    commit(people, upload(people, jsonl(row(1), {"prompt": "没有回答"})))
    kinds = Event.objects.filter(prompt__isnull=False, before="staged").values_list("kind", "after", "actor")
    actor = people.researcher.pk
    assert sorted(kinds) == [
        ("prompt_import", "imported", actor),
        ("prompt_import_without_responses", "awaiting_responses", actor),
    ]


def test_the_preview_shows_the_first_twenty_good_lines(people: Cast) -> None:
    job = upload(people, jsonl("bad", *[row(n) for n in range(30)]))
    assert [line["line"] for line in job.preview] == list(range(2, 22))
    assert job.preview[0] == {
        "line": 2,
        "prompt": "第 0 题",
        "category": ["数学", "代数"],
        "source": "open",
        "n_responses": 4,
    }


def test_one_bad_line_in_the_middle_and_nothing_is_written(people: Cast) -> None:
    job = upload(people, jsonl(row(1), row(2, prompt="\u0000"), row(3)))
    answer = people.client(people.researcher).post(f"/api/imports/{job.pk}/commit")
    assert answer.status_code == 409
    assert answer.json()["code"] == "import_has_errors"
    import_write(job_id=job.pk)
    assert Prompt.objects.count() == 0


def test_the_good_lines_are_kept_when_that_was_asked_for(people: Cast) -> None:
    job = commit(people, upload(people, jsonl(row(1), row(2, prompt="\u0000"), row(3)), keep_good=True))
    assert (job.state, job.n_good, job.n_bad) == ("done", 2, 1)
    assert sorted(Prompt.objects.values_list("external_id", flat=True)) == ["q1", "q3"]


def test_duplicates_in_the_file_and_in_the_project_are_named(people: Cast) -> None:
    commit(people, upload(people, jsonl(row(1))))
    job = upload(
        people, jsonl(row(2), row(2, prompt="别的"), row(3, prompt=" 第 2 题 "), row(4, prompt="第 1 题"), row(1))
    )
    found = ImportProblem.objects.filter(job=job).order_by("line", "id").values_list("line", "code", "details")
    assert list(found) == [
        (2, "duplicate_id", {"where": "file", "first": 1}),
        (3, "duplicate_prompt", {"where": "file", "first": 1}),
        (4, "duplicate_prompt", {"where": "project"}),
        (5, "duplicate_id", {"where": "project"}),
        (5, "duplicate_prompt", {"where": "project"}),
    ]
    assert (job.n_good, job.n_bad) == (1, 4)


def test_only_the_first_thousand_problems_are_kept_and_all_are_counted(people: Cast) -> None:
    job = upload(people, b"no json\n" * 1500)
    assert job.n_bad == 1500
    assert job.problems.count() == 1000


def test_a_file_without_a_good_line_cannot_be_committed(people: Cast) -> None:
    job = upload(people, b"no json\n", keep_good=True)
    answer = people.client(people.researcher).post(f"/api/imports/{job.pk}/commit")
    assert (answer.status_code, answer.json()["code"]) == (409, "import_empty")


def test_a_failure_in_the_middle_leaves_nothing_and_says_why(people: Cast) -> None:
    refuse_inserts("annotate_response", "NEW.text LIKE '%坏%'", "the disk is broken")
    rows = [row(n, category=["临时", "类"]) for n in range(450)]
    rows[400]["responses"][1]["text"] = "坏"
    job = commit(people, upload(people, jsonl(*rows)))
    assert job.state == "failed"
    assert "the disk is broken" in job.error
    left = (Prompt.objects.count(), Response.objects.count(), Category.objects.count(), Assignment.objects.count())
    assert left == (0, 0, 0, 0)
    accept_inserts("annotate_response")
    assert commit(people, upload(people, jsonl(*rows))).state == "done"
    assert Prompt.objects.count() == 450


def test_lines_that_another_import_brought_in_since_the_check_stop_the_write(people: Cast) -> None:
    rows = [row(n) for n in range(250)]
    slow = upload(people, jsonl(*rows))
    commit(people, upload(people, jsonl(rows[249])))
    slow = commit(people, slow)
    assert (slow.state, slow.error) == ("failed", "import_changed")
    assert list(Prompt.objects.values_list("external_id", flat=True)) == ["q249"]
    answer = people.client(people.researcher).get(f"/api/imports/{slow.pk}").json()
    assert len(answer["error"]) > 20


def test_staged_rows_of_a_dead_worker_are_replaced_not_doubled(people: Cast) -> None:
    job = upload(people, jsonl(*[row(n) for n in range(3)]))
    import_commit(user=people.researcher, job_id=job.pk)
    category = Category.objects.create(project=people.project, name="数学", key="数学", path=["数学"])
    Prompt.objects.create(
        project=people.project, import_job=job, category=category, external_id="q0", text="第 0 题",
        text_sha256="half written", source="open", subset="open", state="staged", state_at=timezone.now(),
    )  # fmt: skip
    lost = timezone.now() - timedelta(seconds=site.JOB_LOST_SECONDS + 1)
    ImportJob.objects.filter(pk=job.pk).update(worker="dead", heartbeat_at=lost)
    assert jobs_requeue() == 1
    import_write(job_id=job.pk)
    assert sorted(Prompt.objects.values_list("external_id", "state")) == [(f"q{n}", "annotating") for n in range(3)]


def test_a_living_worker_keeps_its_job(people: Cast) -> None:
    job = upload(people, jsonl(row(1)))
    import_commit(user=people.researcher, job_id=job.pk)
    ImportJob.objects.filter(pk=job.pk).update(worker="somebody", heartbeat_at=timezone.now())
    import_write(job_id=job.pk)
    assert jobs_requeue() == 0
    assert Prompt.objects.count() == 0
    job.refresh_from_db()
    assert (job.state, job.worker) == ("importing", "somebody")


def test_a_write_that_is_repeated_writes_once(people: Cast) -> None:
    job = commit(people, upload(people, jsonl(row(1))))
    import_write(job_id=job.pk)
    assert Prompt.objects.count() == 1


def test_tasks_cut_off_after_publication_are_set_up_by_the_next_worker(people: Cast) -> None:
    job = commit(people, upload(people, jsonl(row(1), row(2))))
    Assignment.objects.all().delete()
    drop_trigger("annotate_prompt_moves", "annotate_prompt")
    Prompt.objects.filter(external_id="q2").update(state="imported")
    Prompt.objects.get(external_id="q2").tasks.all().delete()
    ImportJob.objects.filter(pk=job.pk).update(state="importing", worker="")
    import_write(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert set(Prompt.objects.values_list("state", flat=True)) == {"annotating"}
    assert Prompt.objects.count() == 2


def test_the_number_of_queries_grows_with_chunks_not_with_rows(people: Cast) -> None:
    def queries(rows: list[dict[str, Any]]) -> int:
        job = upload(people, jsonl(*rows))
        with CaptureQueriesContext(connection) as seen:
            commit(people, job)
        return len(seen)

    few = queries([row(n) for n in range(20)])
    many = queries([row(n) for n in range(20, 220)])
    assert many < 2 * few, "ten times the rows must not even take twice the queries"


def post(people: Cast, user: User, content: bytes, **fields: Any) -> Any:
    data = {"file": SimpleUploadedFile("a.jsonl", content), **fields}
    return people.client(user).post(f"/api/projects/{people.project.pk}/imports", data, format="multipart")


def test_the_whole_way_over_http(people: Cast) -> None:
    client = people.client(people.researcher)
    answer = post(people, people.researcher, jsonl(row(1), "x"), keep_good="true", human_sources="客服, 论坛")
    assert answer.status_code == 201
    job = answer.json()
    assert (job["state"], job["filename"], job["keep_good"]) == ("checking", "a.jsonl", True)
    assert job["project"] == people.project.pk
    assert job["human_sources"] == ["客服", "论坛"]
    import_check(job_id=job["id"])
    job = client.get(f"/api/imports/{job['id']}").json()
    assert (job["state"], job["n_good"], job["n_bad"], job["lines_total"]) == ("checked", 1, 1, 2)
    errors = client.get(f"/api/imports/{job['id']}/errors").json()
    (error,) = errors["results"]
    assert (error["line"], error["code"], errors["next"]) == (2, "not_an_object", None)
    assert error["message"]
    assert error["remedy"]
    assert client.post(f"/api/imports/{job['id']}/commit").json()["state"] == "importing"
    import_write(job_id=job["id"])
    assert client.get(f"/api/imports/{job['id']}").json()["state"] == "done"
    listed = client.get(f"/api/projects/{people.project.pk}/imports").json()["results"]
    assert [entry["id"] for entry in listed] == [job["id"]]
    refused = client.delete(f"/api/imports/{job['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_committed")
    again = client.post(f"/api/imports/{job['id']}/commit")
    assert (again.status_code, again.json()["code"]) == (409, "import_not_checked")


def test_a_job_is_queued_only_after_its_transaction(people: Cast, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as sent:
        post(people, people.researcher, jsonl(row(1)))
    assert len(sent) == 1


def test_errors_come_page_by_page(people: Cast) -> None:
    job = upload(people, b"no json\n" * 5)
    client = people.client(people.owner)
    first = client.get(f"/api/imports/{job.pk}/errors?limit=3").json()
    second = client.get(f"/api/imports/{job.pk}/errors?limit=3&cursor={first['next']}").json()
    assert [error["line"] for error in first["results"] + second["results"]] == [1, 2, 3, 4, 5]
    assert second["next"] is None


def test_an_import_not_committed_can_be_removed_with_its_file(
    people: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    job = upload(people, b"no json\n")
    stored = Path(job.file.path)
    assert stored.exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = people.client(people.researcher).delete(f"/api/imports/{job.pk}")
    assert answer.status_code == 204
    assert not stored.exists()
    assert (ImportJob.objects.count(), ImportProblem.objects.count()) == (0, 0)


@override_settings(IMPORT_MAX_BYTES=1000)
def test_a_file_over_the_limit_is_refused(people: Cast) -> None:
    answer = post(people, people.researcher, b"x" * 2000)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert ImportJob.objects.count() == 0


def test_only_owner_and_researcher_import(people: Cast) -> None:
    job = upload(people, jsonl(row(1)))
    for user, status in ((people.annotators[0], 403), (people.lead, 403), (people.outsider, 404)):
        client = people.client(user)
        assert post(people, user, jsonl(row(2))).status_code == status
        assert client.get(f"/api/projects/{people.project.pk}/imports").status_code == status
        for path in ("", "/errors"):
            assert client.get(f"/api/imports/{job.pk}{path}").status_code == status
        assert client.post(f"/api/imports/{job.pk}/commit").status_code == status
        assert client.delete(f"/api/imports/{job.pk}").status_code == status
    assert ImportJob.objects.get().state == "checked"


def test_the_name_of_a_file_cannot_reach_out_of_the_store(people: Cast) -> None:
    job = upload(people, jsonl(row(1)), name="../../etc/pass\nwd.jsonl")
    assert job.filename == "passwd.jsonl"
    assert Path(job.file.path).is_relative_to(site.STORAGES["default"]["OPTIONS"]["location"])


def test_parquet_csv_and_zstandard_come_through_the_store_as_well(people: Cast) -> None:
    table = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist([row(1)]), table)
    cells = json.dumps(row(2)["responses"]).replace('"', '""')
    sheet = f'id,prompt,responses\nq2,第 2 题,"{cells}"\n'.encode()
    files = {"a.parquet": table.getvalue(), "b.csv": sheet, "c.jsonl.zst": zstandard.compress(jsonl(row(3)))}
    for name, content in files.items():
        assert commit(people, upload(people, content, name=name)).state == "done"
    assert sorted(Prompt.objects.values_list("external_id", flat=True)) == ["q1", "q2", "q3"]
    assert Response.objects.count() == 12


def test_a_worker_beats_while_it_does_something_long(committed: None, settings: Any) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0.01
    long_ago = timezone.now() - timedelta(hours=1)
    project = Project.objects.create(name="长")
    job = ImportJob.objects.create(project=project, filename="a", worker="me", heartbeat_at=long_ago)
    with job_kept_alive(rows=ImportJob.objects.all(), job_id=job.pk, worker="me"):
        for _ in range(100_000):
            job.refresh_from_db()
            if job.heartbeat_at > long_ago:
                break
    assert job.heartbeat_at > timezone.now() - timedelta(minutes=10)
