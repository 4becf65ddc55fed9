"""Taking a frozen set away: downloads, archives and commands give exactly the files that were frozen."""

import gzip
import hashlib
import io
import json
import zipfile
from datetime import UTC
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import zstandard
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from annotate.domain.states import SetState
from annotate.models import Annotation, Fault, Membership, PreferenceSet, Project, Response, User
from annotate.problems import NotFound
from annotate.selectors.sets import DamagedSet, set_files_fetch, set_frozen_get
from annotate.services.assignments import assignment_claim
from annotate.services.remarks import Evidence, SaidFault
from annotate.services.sets import set_freeze, set_run
from annotate.services.withdrawals import assignment_withdraw
from tests.annotate.finished import add_accepted, texts
from tests.annotate.reviewing import approve, reject
from tests.people import Cast, add_prompts, annotate_all, answer_by, submit

pytestmark = pytest.mark.django_db

NAMES = [
    "cheems_train.jsonl",
    "cheems_bench/open.jsonl",
    "cheems_bench/human.jsonl",
    "trl.jsonl",
    "annotations.jsonl",
    "remarks.jsonl",
    "manifest.json",
]
TAILS = ("", "/files/trl.jsonl", "/export.zip")


@pytest.fixture
def frozen(people: Cast) -> PreferenceSet:
    add_accepted(people.project, texts(20))
    add_accepted(people.project, texts(20, 20), source="human", tag="h")
    return set_run(project=people.project, name="集", filters={}, benchmark_share=0.2, seed=0, note="")


def content(row: PreferenceSet, name: str) -> bytes:
    with storages["artifacts"].open(f"{row.folder}/{name}") as file:
        return bytes(file.read())


def download(people: Cast, path: str) -> Any:
    return people.client(people.researcher).get(path)


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer.streaming_content)


def test_the_hashes_are_those_of_the_files(frozen: PreferenceSet) -> None:
    files = frozen.statistics["files"]
    assert [file["name"] for file in files] == NAMES
    for file in files:
        data = content(frozen, file["name"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    manifest = json.loads(content(frozen, "manifest.json"))
    assert manifest == frozen.manifest
    assert manifest["files"] == files[:-1]
    assert manifest["set"] == {"id": frozen.pk, "name": "集", "version": 1, "note": "", "sha256": frozen.sha256}
    assert manifest["program"]["version"]
    assert manifest["settings"]["agreement_threshold"] == 0.9
    assert manifest["counts"] == frozen.statistics["counts"]


@pytest.mark.parametrize("name", NAMES)
def test_a_download_is_the_file(people: Cast, frozen: PreferenceSet, name: str) -> None:
    answer = download(people, f"/api/sets/{frozen.pk}/files/{name}")
    assert body(answer) == content(frozen, name)
    assert int(answer["Content-Length"]) == len(content(frozen, name))
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_download_can_be_compressed(people: Cast, frozen: PreferenceSet) -> None:
    path = f"/api/sets/{frozen.pk}/files/cheems_train.jsonl"
    assert gzip.decompress(body(download(people, f"{path}?compress=gz"))) == content(frozen, "cheems_train.jsonl")
    packed = body(download(people, f"{path}?compress=zst"))
    unpacked = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read()
    assert unpacked == content(frozen, "cheems_train.jsonl")
    refused = download(people, f"{path}?compress=rar")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_trl_comes_as_messages_or_as_strings(people: Cast, frozen: PreferenceSet) -> None:
    path = f"/api/sets/{frozen.pk}/files/trl.jsonl"
    messages = [json.loads(line) for line in body(download(people, path)).splitlines()]
    strings = [json.loads(line) for line in body(download(people, f"{path}?format=standard")).splitlines()]
    assert len(messages) == len(strings) == frozen.statistics["counts"]["train"]["pairs"]
    assert messages[0]["prompt"][0]["role"] == "user"
    assert messages[0]["chosen"][0]["role"] == messages[0]["rejected"][0]["role"] == "assistant"
    assert strings == [{name: part[0]["content"] for name, part in line.items()} for line in messages]
    refused = download(people, f"/api/sets/{frozen.pk}/files/manifest.json?format=standard")
    assert refused.status_code == 400


def test_the_archive_holds_the_files(people: Cast, frozen: PreferenceSet) -> None:
    archive = zipfile.ZipFile(io.BytesIO(body(download(people, f"/api/sets/{frozen.pk}/export.zip"))))
    assert archive.testzip() is None
    assert archive.namelist() == NAMES
    for name in NAMES:
        assert archive.read(name) == content(frozen, name)


MARKED = {"start": 1, "end": 3, "kind": "factual", "severity": "critical", "note": "有误"}


def said_of(user: User, annotation: Annotation) -> dict[str, Any]:
    """Return what the export must say of an annotation of all of a prompt's responses, apart from its remarks."""

    def name(key: int | str) -> str:
        response = Response.objects.select_related("prompt").get(pk=key)
        return f"{response.prompt.external_id}:r{response.ring_index}"

    return {
        "prompt_id": annotation.assignment.prompt.external_id,
        "by": Membership.objects.get(user=user).pseudonym,
        "kind": "human",
        "pass": annotation.assignment.pass_number,
        "scores": {name(key): score for key, score in annotation.scores.items()},
        "order": [[name(key) for key in tier] for tier in annotation.order],
        "discarded": [],
        "notes": annotation.notes,
        "seconds": 30.0,
        "at": annotation.created_at.astimezone(UTC).isoformat(),
        "set": "集:v1",
        "current": annotation.current,
    }


def test_remarks_are_frozen_as_they_stood_with_what_was_rejected_and_without_what_was_withdrawn(people: Cast) -> None:
    Project.objects.filter(pk=people.project.pk).update(delivery_share=1.0)
    (prompt,) = add_prompts(people.project, n_responses=3)
    Response.objects.filter(prompt=prompt).update(text="甲𠮷乙丙丁")
    one, two = people.annotators
    quality = {key: 3 - place for place, key in enumerate(prompt.responses.order_by("id").values_list("pk", flat=True))}
    best = max(quality, key=quality.__getitem__)
    remarks = {
        "none_acceptable": True,
        "evidence": [Evidence("https://example.org", "查过")],
        "faults": [SaidFault(response=best, **MARKED)],
    }

    def do_one(user: User, notes: str, **changes: Any) -> Annotation:
        (slot,) = assignment_claim(user=user, project_id=people.project.pk, count=1).assignments
        submit(user, slot, answer_by(quality, slot.display_order, notes=notes, **changes))
        return Annotation.objects.get(assignment=slot, current=True)

    withdrawn = do_one(one, "收回的", **remarks)
    assignment_withdraw(user=one, assignment_id=withdrawn.assignment_id)
    rejected = do_one(one, "退回的", **remarks)
    for user in (one, two):
        annotate_all(user, people.project, quality)
    reject(prompt, people.lead, rejected)
    again = do_one(one, "重做的")
    assert approve(prompt, people.lead) == "accepted"
    rejected.refresh_from_db()

    row = set_run(project=people.project, name="集", filters={}, benchmark_share=0.0, seed=0, note="")
    assert (row.state, row.error) == ("frozen", "")
    frozen_lines = content(row, "remarks.jsonl")
    lines = {(line["notes"], line["by"], line["at"]): line for line in map(json.loads, frozen_lines.splitlines())}
    assert len(lines) == len(frozen_lines.splitlines()) == 7
    assert "收回的" not in frozen_lines.decode()
    assert [user.username for user in (one, two, people.lead) if user.username in frozen_lines.decode()] == []
    first, last = said_of(one, rejected), said_of(one, again)
    marked = {"response": f"{prompt.external_id}:r{Response.objects.get(pk=best).ring_index}", "text": "𠮷乙", **MARKED}
    assert lines[first["notes"], first["by"], first["at"]] == {
        **first,
        "none_acceptable": True,
        "faults": [marked],
        "evidence": [{"url": "https://example.org", "note": "查过"}],
    }
    assert lines[last["notes"], last["by"], last["at"]] == {
        **last,
        "none_acceptable": False,
        "faults": [],
        "evidence": [],
    }
    assert [line["current"] for line in lines.values()].count(False) == 1
    assert row.manifest["remarks"] == {"annotations": 7, "none_acceptable": 1, "faults": 1, "evidence": 1}
    # Of every comparison the raw annotations know the task that it was said in, and none that was withdrawn.
    assert row.manifest["votes"] == {"human": 21, "final": 18}
    assert {line["by"] for line in map(json.loads, content(row, "annotations.jsonl").splitlines())} == {
        line["by"] for line in lines.values()
    }
    Fault.objects.update(note="后来改的")
    assert content(row, "remarks.jsonl") == frozen_lines


def test_a_browser_that_accepts_only_pages_still_gets_the_file(people: Cast, frozen: PreferenceSet) -> None:
    path = f"/api/sets/{frozen.pk}/files/trl.jsonl"
    answer = people.client(people.researcher).get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200


def test_what_is_not_a_file_of_the_set_is_not_found(people: Cast, frozen: PreferenceSet) -> None:
    for name in ("nothing.jsonl", "../../secret_key", "cheems_bench"):
        assert download(people, f"/api/sets/{frozen.pk}/files/{name}").status_code == 404
    storages["artifacts"].delete(f"{frozen.folder}/trl.jsonl")
    for path in ("files/trl.jsonl", "export.zip"):
        answer = download(people, f"/api/sets/{frozen.pk}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")


def test_the_whole_way_over_http(people: Cast) -> None:
    add_accepted(people.project, texts(10))
    client = people.client(people.researcher)
    path = f"/api/projects/{people.project.pk}/sets"
    answer = client.post(path, {"name": "集", "benchmark_share": 0.3, "note": "第一版"}, format="json")
    assert answer.status_code == 201
    row = answer.json()
    assert (row["state"], row["version"], row["counts"], row["files"]) == ("freezing", 1, None, [])
    zipped = download(people, f"/api/sets/{row['id']}/export.zip")
    assert (zipped.status_code, zipped.json()["code"]) == (409, "not_frozen")
    set_freeze(set_id=row["id"])
    row = client.get(f"/api/sets/{row['id']}").json()
    assert (row["state"], row["progress"]) == ("frozen", {"done": 10, "total": 10})
    assert row["project"] == people.project.pk
    assert row["counts"]["open"]["prompts"] == 3
    assert [file["name"] for file in row["files"]] == NAMES
    assert row["manifest"]["set"]["sha256"] == row["sha256"]
    assert client.post(path, {"name": "集"}, format="json").json()["version"] == 2
    listed = client.get(path).json()["results"]
    assert [(entry["version"], entry["manifest"]) for entry in listed] == [(2, {}), (1, {})]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "a", "benchmark_share": 1.0}, "benchmark_share"),
        ({"name": "a", "seed": -1}, "seed"),
        ({"name": "a", "filters": {"min_agreement": 2}}, "filters.min_agreement"),
    ],
)
def test_a_bad_request_is_refused_by_field(people: Cast, body: dict[str, Any], field: str) -> None:
    answer = people.client(people.owner).post(f"/api/projects/{people.project.pk}/sets", body, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert PreferenceSet.objects.count() == 0


def test_only_owner_and_researcher_see_and_freeze(people: Cast, frozen: PreferenceSet) -> None:
    for user, status in ((people.annotators[0], 403), (people.lead, 403), (people.outsider, 404)):
        client = people.client(user)
        paths = (f"projects/{people.project.pk}/sets", *(f"sets/{frozen.pk}{tail}" for tail in TAILS))
        assert {client.get(f"/api/{path}").status_code for path in paths} == {status}
        created = client.post(f"/api/projects/{people.project.pk}/sets", {"name": "x"}, format="json")
        assert created.status_code == status
    assert PreferenceSet.objects.count() == 1


def test_a_worker_fetches_what_it_trains_on_and_a_changed_file_is_noticed(
    frozen: PreferenceSet, tmp_path: Path
) -> None:
    set_files_fetch(frozen.pk, tmp_path)
    for name in NAMES[:3]:
        assert (tmp_path / name).read_bytes() == content(frozen, name)
    path = Path(storages["artifacts"].path(f"{frozen.folder}/cheems_bench/open.jsonl"))
    path.write_bytes(path.read_bytes().replace("关系".encode(), "因果".encode(), 1))
    with pytest.raises(DamagedSet, match="not the file that was frozen"):
        set_files_fetch(frozen.pk, tmp_path)
    path.unlink()
    with pytest.raises(DamagedSet, match="missing"):
        set_files_fetch(frozen.pk, tmp_path)


def test_a_set_that_is_not_frozen_is_not_trained_on(people: Cast) -> None:
    row = PreferenceSet.objects.create(project=people.project, name="a", version=1, state=SetState.FREEZING)
    with pytest.raises(NotFound):
        set_frozen_get(row.pk)


def test_the_commands_freeze_and_export(people: Cast, tmp_path: Path) -> None:
    add_accepted(people.project, texts(10), category="数学")
    add_accepted(people.project, texts(10, 10), category="文学", tag="b")
    out = StringIO()
    call_command("freeze_set", people.project.name, "集", "--category", "文学", "--benchmark-share", "0.3", stdout=out)
    row = PreferenceSet.objects.get()
    assert row.sha256 in out.getvalue()
    assert row.items.count() == 10
    call_command("export_set", str(row.pk), str(tmp_path / "plain"), stdout=out)
    call_command("export_set", str(row.pk), str(tmp_path / "packed"), "--compress", "gz", stdout=out)
    for name in NAMES:
        assert (tmp_path / "plain" / name).read_bytes() == content(row, name)
    for name in NAMES[:-1]:
        assert gzip.decompress((tmp_path / "packed" / f"{name}.gz").read_bytes()) == content(row, name)
        assert not (tmp_path / "packed" / name).exists()


def test_the_commands_say_what_is_wrong(people: Cast, tmp_path: Path) -> None:
    for arguments in (
        ("freeze_set", "nowhere", "集"),
        ("freeze_set", people.project.name, "集", "--category", "没有"),
        ("freeze_set", people.project.name, "集", "--benchmark-share", "1.5"),
        ("freeze_set", people.project.name, "集"),
        ("export_set", "987654", str(tmp_path)),
    ):
        with pytest.raises(CommandError):
            call_command(*arguments, stdout=StringIO())
