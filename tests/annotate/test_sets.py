"""Preference sets: what goes in, on which side, and that a frozen one never changes."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.domain.graph import rank_prompt
from annotate.domain.types import Comparison as Compared
from annotate.models import Assignment, Category, Guideline, PreferenceSet, PreferenceSetItem, Prompt, Ranking, User
from annotate.problems import Invalid
from annotate.selectors.categories import category_key
from annotate.selectors.prompts import verdicts_by_pass
from annotate.services.assignments import assignment_claim
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import prompt_escalate
from annotate.services.sets import set_create, set_freeze, set_run
from tests.annotate.finished import add_accepted, drop_trigger, refuse_inserts, texts
from tests.people import Cast, add_prompts, answer_by, submit

pytestmark = pytest.mark.django_db


def freeze(people: Cast, **changes: Any) -> PreferenceSet:
    values = {"name": "集", "filters": {}, "benchmark_share": 0.2, "seed": 0, "note": "", **changes}
    return set_run(project=people.project, **values)


def stored(row: PreferenceSet, name: str) -> list[dict[str, Any]]:
    with storages["artifacts"].open(f"{row.folder}/{name}") as file:
        return [json.loads(line) for line in file.read().decode().splitlines()]


def sides(row: PreferenceSet) -> dict[str, str]:
    return dict(row.items.values_list("prompt__external_id", "split"))


def test_files_and_counts_say_the_same(people: Cast) -> None:
    add_accepted(people.project, texts(20), tiers=(0, 1, 1, 2))
    add_accepted(people.project, texts(20, 20), category="文学", source="human", tag="h")
    row = freeze(people)
    assert (row.state, row.error, row.version) == ("frozen", "", 1)
    train = stored(row, "cheems_train.jsonl")
    bench = {name: stored(row, f"cheems_bench/{name}.jsonl") for name in ("open", "human")}
    counts = row.statistics["counts"]
    assert (len(train), len(bench["open"]), len(bench["human"])) == (32, 4, 4)
    assert [counts[side]["prompts"] for side in ("train", "open", "human")] == [32, 4, 4]
    assert counts["train"]["pairs"] == sum(len(line["annotations"]) for line in train)
    assert counts["train"]["pairs"] == len(stored(row, "trl.jsonl")) == 16 * 5 + 16 * 3
    assert counts["open"] == {"prompts": 4, "responses": 16, "pairs": 20}
    assert row.statistics["by_category"] == [
        {"name": "数学", "train": 16, "open": 4, "human": 0},
        {"name": "文学", "train": 16, "open": 0, "human": 4},
    ]
    assert row.statistics["conflict_rate"] == 0
    assert row.statistics["agreement_mean"] == 1
    # The helper makes a worse response longer, by one full stop a tier.
    assert row.statistics["longer_chosen_share"] == 0
    assert row.progress_done == row.progress_total == 40


def test_a_benchmark_line_ranks_every_response(people: Cast) -> None:
    add_accepted(people.project, texts(10), tiers=(1, 0, 1))
    line = stored(freeze(people), "cheems_bench/open.jsonl")[0]
    first, second, third = (response["id"] for response in line["responses"])
    assert line["rank"] == {first: "2", second: "1", third: "2"}
    assert line["category"] == ["数学"]
    assert sorted(line["annotations"]) == sorted([[second, first, "1"], [second, third, "1"]])
    assert line.keys() == {"input", "responses", "annotations", "rank", "category"}


def test_a_pair_that_only_the_layering_orders_is_measured_but_not_trained(people: Cast) -> None:
    prompts = add_accepted(people.project, texts(20), tiers=(0, 1, 2, 3))
    for prompt in prompts:
        # Two chains that no comparison joins, 0 > 1 > 3 and 2 alone over nothing: 2 stands on top by layering alone.
        a, b, c, d = prompt.responses.order_by("ring_index").values_list("pk", flat=True)
        prompt.comparisons.exclude(response_a=a, response_b=b).exclude(response_a=b, response_b=d).delete()
        Ranking.objects.filter(prompt=prompt).update(tiers=[[a, c], [b], [d]], n_ordered_pairs=5)
    row = freeze(people)
    train, bench = stored(row, "cheems_train.jsonl")[0], stored(row, "cheems_bench/open.jsonl")[0]
    assert len(bench["annotations"]) == 5
    ids = [response["id"] for response in train["responses"]]
    assert train["annotations"] == [[ids[0], ids[1], "1"], [ids[0], ids[3], "1"], [ids[1], ids[3], "1"]]


def test_only_accepted_prompts_that_match_every_filter_go_in(people: Cast) -> None:
    project = people.project
    root = Category.objects.create(project=project, name="理科", path=["理科"], key="理科")
    leaf = Category.objects.create(project=project, name="物理", path=["理科", "物理"], key="理科/物理", parent=root)
    add_accepted(project, texts(4), tag="math")
    physics = add_accepted(project, texts(6, 4), tag="phys", source="论坛", agreement=0.95)
    Prompt.objects.filter(pk__in=[prompt.pk for prompt in physics]).update(category=leaf)
    Prompt.objects.filter(external_id="phys0").update(state="dropped", drop_reason="harmful")
    Prompt.objects.filter(external_id="phys1").update(agreement=0.5)
    Prompt.objects.filter(external_id="phys2").update(source="别处")
    assert leaf.key == category_key(leaf.path)
    row = freeze(people, filters={"categories": [root.pk], "sources": ["论坛"], "min_agreement": 0.9})
    assert set(sides(row)) == {"phys3", "phys4", "phys5"}
    assert row.manifest["filters"] == {"categories": [["理科"]], "sources": ["论坛"], "min_agreement": 0.9}


def test_a_category_of_another_project_is_refused(people: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        freeze(people, filters={"categories": [987654]})
    assert refused.value.code == "unknown_category"
    assert PreferenceSet.objects.count() == 0


@pytest.mark.parametrize(("tiers", "code"), [(None, "no_prompts"), ((0, 0, 0), "no_pairs")])
def test_nothing_to_freeze_fails_with_a_reason_people_can_read(people: Cast, tiers: Any, code: str) -> None:
    if tiers:
        add_accepted(people.project, texts(5), tiers=tiers)
    row = freeze(people)
    assert (row.state, row.error) == ("failed", code)
    answer = people.client(people.owner).get(f"/api/sets/{row.pk}").json()
    assert len(answer["error"]) > 20
    assert answer["files"] == []


def test_near_duplicates_are_never_on_both_sides(people: Cast) -> None:
    base = texts(30)
    near = [f"{text}？！" for text in base[:15]] + [f" {text}。" for text in base[:15]]
    add_accepted(people.project, base)
    add_accepted(people.project, near, tag="near", source="human")
    found = sides(freeze(people, benchmark_share=0.5))
    for n in range(15):
        on_benchmark = {found[name] != "train" for name in (f"a{n}", f"near{n}", f"near{n + 15}")}
        assert len(on_benchmark) == 1
    assert set(found.values()) == {"train", "open", "human"}


def test_a_later_version_keeps_every_prompt_and_near_duplicate_on_its_side(people: Cast) -> None:
    add_accepted(people.project, texts(30))
    first = sides(freeze(people))
    measured = next(name for name, side in first.items() if side == "open")
    text = Prompt.objects.get(external_id=measured).text
    add_accepted(people.project, [*texts(30, 30), f"{text}！！"], tag="new")
    Prompt.objects.filter(external_id=measured).update(state="dropped", drop_reason="harmful")
    row = freeze(people, seed=99)
    second = sides(row)
    assert (row.version, measured in second) == (2, False)
    assert all(second[name] == side for name, side in first.items() if name != measured)
    assert row.benchmark_sha256 != PreferenceSet.objects.get(version=1).benchmark_sha256
    assert second["new30"] == "open", "its near-duplicate was on the benchmark of version 1"
    assert sum(side == "open" for side in second.values()) == 12


def test_freezing_the_same_again_gives_the_same_files(people: Cast) -> None:
    add_accepted(people.project, texts(12))
    row = freeze(people)
    before = {file["name"]: file["sha256"] for file in row.statistics["files"]}
    drop_trigger("annotate_preferenceset_no_update", "annotate_preferenceset")
    drop_trigger("annotate_preferencesetitem_no_delete", "annotate_preferencesetitem")
    PreferenceSet.objects.filter(pk=row.pk).update(state="freezing", worker="", sha256="", benchmark_sha256="")
    row.items.all().delete()
    set_freeze(set_id=row.pk)
    again = PreferenceSet.objects.get(pk=row.pk)
    assert (again.sha256, again.benchmark_sha256) == (row.sha256, row.benchmark_sha256)
    names = ("cheems_bench/human.jsonl", "cheems_bench/open.jsonl")
    listing = "".join(f"{before[name]}  {name}\n" for name in names)
    assert again.benchmark_sha256 == hashlib.sha256(listing.encode()).hexdigest()
    assert {file["name"]: file["sha256"] for file in again.statistics["files"]} == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE annotate_preferenceset SET note = 'x'",
        "DELETE FROM annotate_preferenceset",
        "UPDATE annotate_preferencesetitem SET split = 'train'",
        "DELETE FROM annotate_preferencesetitem",
    ],
)
def test_the_database_refuses_to_change_a_frozen_set(people: Cast, statement: str) -> None:
    add_accepted(people.project, texts(5))
    row = freeze(people)
    refused = pytest.raises(DatabaseError, match="cannot be changed or removed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert PreferenceSet.objects.get(pk=row.pk).note == ""
    assert row.items.count() == 5


def test_a_stored_ranking_that_its_comparisons_do_not_give_stops_the_freeze(people: Cast) -> None:
    (prompt, *_rest) = add_accepted(people.project, texts(4))
    ranking = Ranking.objects.get(prompt=prompt)
    Ranking.objects.filter(prompt=prompt).update(tiers=ranking.tiers[::-1])
    row = freeze(people)
    assert (row.state, row.error) == ("failed", "ranking_differs")
    assert PreferenceSetItem.objects.count() == 0


def test_a_store_that_takes_nothing_fails_with_the_reason(people: Cast, tmp_path: Path, settings: Any) -> None:
    add_accepted(people.project, texts(4))
    in_the_way = tmp_path / "artifacts"
    in_the_way.write_text("a file where the folder should be")
    artifacts = {**settings.STORAGES["artifacts"], "OPTIONS": {"location": in_the_way}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": artifacts}
    row = freeze(people)
    assert row.state == "failed"
    assert "Not a directory" in row.error
    assert PreferenceSetItem.objects.count() == 0


def test_a_freeze_that_fails_after_writing_leaves_no_files(
    people: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    add_accepted(people.project, texts(4))
    refuse_inserts("annotate_preferencesetitem", "1 = 1", "the disk is full")
    with django_capture_on_commit_callbacks(execute=True):
        row = freeze(people)
    assert row.state == "failed"
    assert "the disk is full" in row.error
    assert not storages["artifacts"].exists(f"{row.folder}/cheems_train.jsonl")


def test_a_living_worker_keeps_its_set_and_a_dead_one_loses_it(people: Cast) -> None:
    add_accepted(people.project, texts(4))
    row = set_create(
        user=people.owner, project_id=people.project.pk, name="集", filters={}, benchmark_share=0.2, seed=0, note=""
    )
    PreferenceSet.objects.filter(pk=row.pk).update(worker="somebody", heartbeat_at=timezone.now())
    set_freeze(set_id=row.pk)
    assert PreferenceSet.objects.get(pk=row.pk).state == "freezing"
    PreferenceSet.objects.filter(pk=row.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    set_freeze(set_id=row.pk)
    assert PreferenceSet.objects.get(pk=row.pk).state == "frozen"
    set_freeze(set_id=row.pk)
    assert PreferenceSetItem.objects.count() == 4


def test_the_number_of_queries_does_not_grow_with_the_prompts(people: Cast) -> None:
    def queries(n: int, start: int, name: str) -> int:
        add_accepted(people.project, texts(n, start), tag=name, category=name)
        category = Category.objects.get(name=name)
        with CaptureQueriesContext(connection) as seen:
            assert freeze(people, name=name, filters={"categories": [category.pk]}).state == "frozen"
        return len(seen)

    few = queries(20, 0, "少")
    many = queries(200, 20, "多")
    assert many <= few + 5, "some beats and a longer insert, no query per prompt"


def annotate_differing(people: Cast, prompt: Prompt) -> None:
    """Let two passes see a prompt in reverse, with notes and times that must show up in the export."""
    ids = list(prompt.responses.order_by("pk").values_list("pk", flat=True))
    for user, order in zip(people.annotators, (ids, ids[::-1]), strict=True):
        quality = {pk: min(place, 5) for place, pk in enumerate(order)}
        while slots := assignment_claim(user=user, project_id=people.project.pk, count=1).assignments:
            submit(user, slots[0], answer_by(quality, slots[0].display_order, seconds=12.5))
    prompt_escalate(user=people.annotators[0], prompt_id=prompt.pk, reason="各持己见")


def settle(lead: User, prompt: Prompt) -> None:
    first, second = verdicts_by_pass(prompt)
    settled = [Settled(*key, verdict) for key, verdict in first.items() if second[key] != verdict]
    decision_record(user=lead, prompt_id=prompt.pk, settled=settled, reason="按第二条", clause="2")


def test_raw_annotations_name_nobody_and_their_final_ones_give_the_exported_ranking(people: Cast) -> None:
    category = Category.objects.create(project=people.project, name="数学", path=["数学"], key="数学")
    Guideline.objects.create(category=category, version=1, text="看步骤", author=people.owner)
    (prompt,) = add_prompts(people.project)
    annotate_differing(people, prompt)
    settle(people.lead, prompt)
    add_accepted(people.project, texts(9), tag="more")
    row = freeze(people, benchmark_share=0.6)
    said = [line for line in stored(row, "annotations.jsonl") if line["prompt_id"] == prompt.external_id]
    assert {line["kind"] for line in said} == {"human", "adjudication"}
    assert {(line["pass"], line["seconds"]) for line in said} == {(1, 12.5), (2, 12.5), (None, None)}
    assert {line["set"] for line in said} == {"集:v1"}
    exported = {
        line["input"]: line for name in ("cheems_train", "cheems_bench/open") for line in stored(row, f"{name}.jsonl")
    }
    line = exported[prompt.text]
    final = [Compared(one["response_a"], one["response_b"], one["verdict"]) for one in said if one["final"]]
    assert 0 < len(final) < len(said)
    ranking = rank_prompt([response["id"] for response in line["responses"]], final)
    if "rank" in line:
        tiers = {name: str(place + 1) for name, place in ranking.tier_numbers().items()}
        assert line["rank"] == tiers
    stored_tiers = [
        [f"{prompt.external_id}:r{prompt.responses.get(pk=pk).ring_index}" for pk in tier]
        for tier in Ranking.objects.get(prompt=prompt).tiers
    ]
    assert [list(tier) for tier in ranking.tiers] == stored_tiers
    everything = "".join(
        storages["artifacts"].open(f"{row.folder}/{file['name']}").read().decode() for file in row.statistics["files"]
    )
    for user in (*people.annotators, people.lead, people.owner):
        assert user.username not in everything
    assert "secret-model" not in everything
    (decision,) = row.manifest["decisions"]
    assert (decision["prompt_id"], decision["reason"], decision["clause"]) == (prompt.external_id, "按第二条", "2")
    assert decision["stage"] == "delivery"
    assert decision["by"] in {one["by"] for one in said if one["kind"] == "adjudication"}
    assert row.manifest["guidelines"] == [{"category": ["数学"], "versions": [1]}]
    assert row.manifest["votes"]["human"] == 30
    assert Assignment.objects.filter(prompt=prompt, state="submitted").count() == 10


def test_discarded_responses_are_left_out(people: Cast) -> None:
    prompts = add_accepted(people.project, texts(6), tiers=(0, 1, 2, 3))
    for prompt in prompts:
        gone = prompt.responses.get(ring_index=1)
        prompt.responses.filter(pk=gone.pk).update(discarded=True)
        for side in ("response_a", "response_b"):
            prompt.comparisons.filter(**{side: gone}).update(final=False)
        tiers = [tier for tier in prompt.ranking.tiers if tier != [gone.pk] and tier != (gone.pk,)]
        Ranking.objects.filter(prompt=prompt).update(tiers=tiers)
    row = freeze(people)
    for line in stored(row, "cheems_train.jsonl") + stored(row, "cheems_bench/open.jsonl"):
        ids = [response["id"] for response in line["responses"]]
        assert [name.rpartition(":")[2] for name in ids] == ["r0", "r2", "r3"]
        assert {name for pair in line["annotations"] for name in pair[:2]} <= set(ids)
    assert row.statistics["counts"]["train"]["responses"] == 3 * row.statistics["counts"]["train"]["prompts"]
