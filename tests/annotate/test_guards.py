"""What the database itself refuses, whoever asks and by whatever way."""

from contextlib import suppress
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from annotate.domain.states import ASSIGNMENT_MOVES, PROMPT_MOVES, AssignmentState, PromptState
from annotate.models import Assignment, Event, Guideline, Project, Prompt, Seat, Task
from annotate.services.guidelines import guideline_save
from tests.people import Cast, add_prompts

pytestmark = pytest.mark.django_db


def refused(action) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        action()


def test_a_line_of_the_log_can_be_neither_changed_nor_removed(people: Cast) -> None:
    add_prompts(people.project)
    line = Event.objects.earliest("id")
    refused(lambda: Event.objects.filter(pk=line.pk).update(reason="nothing happened"))
    refused(lambda: Event.objects.filter(pk=line.pk)._raw_delete("default"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotate_event")
    assert Event.objects.filter(pk=line.pk, reason=line.reason).exists()


def test_a_version_of_a_guideline_stays_as_it_was(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    saved = guideline_save(user=people.researcher, category_id=prompt.category_id, text="第一版")
    refused(lambda: Guideline.objects.filter(pk=saved.pk).update(text="另一版"))


def test_a_person_has_one_seat_a_prompt(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    Seat.objects.create(prompt=prompt, annotator=people.annotators[0], pass_number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(prompt=prompt, annotator=people.annotators[0], pass_number=2)


def test_a_slot_is_held_by_somebody_exactly_when_it_is_leased(people: Cast) -> None:
    add_prompts(people.project)
    slot = Assignment.objects.earliest("id")
    rows = Assignment.objects.filter(pk=slot.pk)
    refused(lambda: rows.update(annotator=people.annotators[0]))
    refused(lambda: rows.update(state="leased", annotator=None, lease_expires_at=timezone.now()))
    refused(lambda: rows.update(state="somewhere"))


@pytest.mark.parametrize(
    ("table", "states", "moves"),
    [
        ("annotate_prompt", PromptState, PROMPT_MOVES),
        ("annotate_assignment", AssignmentState, ASSIGNMENT_MOVES),
    ],
)
def test_a_state_changes_only_along_its_table_whoever_writes_it(people: Cast, table, states, moves) -> None:
    """Try every pair of states by raw SQL, each from a fresh row."""
    legal = {(before, move.after) for move in moves.values() for before in move.before}
    (prompt,) = add_prompts(people.project)
    passed = set()
    for before, after in product(states, states):
        pk = fresh(table, prompt, before, people)
        with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {columns(table, after, people)} WHERE id = %s", [pk])
            passed.add((str(before), str(after)))
    assert passed == {(str(before), str(after)) for before, after in legal | {(state, state) for state in states}}


def fresh(table: str, prompt: Prompt, state: str, people: Cast) -> int:
    """Return a new row in a state, which nothing but its first insertion may give it."""
    if table == "annotate_prompt":
        return Prompt.objects.create(
            project=prompt.project,
            category=prompt.category,
            external_id=uuid4().hex,
            text="题",
            text_sha256=uuid4().hex,
            source="open",
            subset="open",
            state=state,
            state_at=timezone.now(),
            drop_reason="x",
        ).pk
    held = state in ("leased", "submitted")
    return Assignment.objects.create(
        project=prompt.project,
        prompt=prompt,
        task=Task.objects.create(prompt=prompt, index=prompt.tasks.count(), responses=[]),
        category=prompt.category,
        pass_number=1,
        state=state,
        annotator=people.annotators[0] if held else None,
        lease_expires_at=timezone.now() if state == "leased" else None,
    ).pk


def columns(table: str, state: str, people: Cast) -> str:
    """Return the assignments of an UPDATE to a state that leave every other rule of the row kept."""
    if table == "annotate_prompt":
        return f"state = '{state}'"
    annotator = people.annotators[0].pk if state in ("leased", "submitted") else "NULL"
    lease = "CURRENT_TIMESTAMP" if state == "leased" else "NULL"
    return f"state = '{state}', annotator_id = {annotator}, lease_expires_at = {lease}"


def test_settings_out_of_range_and_unexplained_drops_are_refused(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    refused(lambda: Project.objects.filter(pk=people.project.pk).update(agreement_threshold=1.2))
    refused(lambda: Prompt.objects.filter(pk=prompt.pk).update(state="dropped"))
    refused(lambda: Prompt.objects.filter(pk=prompt.pk).update(state="lost"))
