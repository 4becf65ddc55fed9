"""What the database itself refuses, whoever asks and by whatever way."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from annotate.models import Assignment, Event, Guideline, Project, Prompt, Seat
from annotate.services.projects import guideline_save
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


def test_settings_out_of_range_and_unexplained_drops_are_refused(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    refused(lambda: Project.objects.filter(pk=people.project.pk).update(agreement_threshold=1.2))
    refused(lambda: Prompt.objects.filter(pk=prompt.pk).update(state="dropped"))
    refused(lambda: Prompt.objects.filter(pk=prompt.pk).update(state="lost"))
