"""The review samples: stratified, independent, and repeatable from the seed."""

import math
from collections import defaultdict
from typing import Any
from uuid import uuid4

import pytest

from annotate.domain.sampling import drawn, stratum_of
from annotate.models import Annotation, Assignment, Category, Prompt, SampleDraw, Stratum
from annotate.services.sampling import draw_seed, sample_stages, stratum_seed
from tests.annotate.reviewing import approve, reject, settled, words_of
from tests.people import Cast, add_prompts, cast

pytestmark = pytest.mark.django_db


def drawn_prompts(people: Cast, n: int, **options: Any) -> None:
    """Draw `n` prompts that the two annotators have each annotated in one pass."""
    prompts = add_prompts(people.project, n, n_responses=3, **options)
    slots = Assignment.objects.filter(prompt__in=prompts)
    Annotation.objects.bulk_create(
        Annotation(
            assignment=slot,
            annotator=people.annotators[(slot.pass_number or 1) - 1],
            idempotency_key=uuid4(),
            scores={},
            order=[],
            display_order=[],
            seconds=1,
        )
        for slot in slots
    )
    for prompt in prompts:
        sample_stages(prompt=Prompt.objects.select_related("project", "category").get(pk=prompt.pk))


def test_every_stratum_holds_its_share_at_every_moment_and_no_prompt_is_drawn_twice() -> None:
    people = cast(delivery_share=0.3, operations_share=0.3, research_share=1.0, seed=7)
    for category, start in (("数学", 0), ("写作", 100)):
        drawn_prompts(people, 20, category=category, start=start)
    assert SampleDraw.objects.count() == 3 * 40
    assert Stratum.objects.count() == 3 * 2 * 2
    for stratum in Stratum.objects.all():
        share = 1.0 if stratum.stage == "research" else 0.3
        held = list(stratum.draws.order_by("position").values_list("position", "drawn", "share"))
        assert [position for position, _drawn, _share in held] == list(range(stratum.n_seen))
        assert {row[2] for row in held} == {share}
        for n in range(1, len(held) + 1):
            assert abs(sum(row[1] for row in held[:n]) - share * n) < 1
        assert stratum.n_drawn == sum(row[1] for row in held)
    # Every prompt counts for one annotator of its own per stage, and for each of them about as often.
    seen = Stratum.objects.filter(stage="delivery", category__key="数学").values_list("n_seen", flat=True)
    assert sum(seen) == 20
    assert min(seen) >= 4


def test_every_draw_can_be_repeated_from_the_seed() -> None:
    people = cast(delivery_share=0.3, operations_share=0.5, seed=11)
    drawn_prompts(people, 15)
    seen: dict[int, int] = defaultdict(int)
    for draw in SampleDraw.objects.select_related("stratum").order_by("id"):
        annotators = list(
            Annotation.objects.filter(assignment__prompt=draw.prompt_id).values_list("annotator", flat=True)
        )
        assert stratum_of(annotators, stratum_seed(11, draw.stage, draw.prompt_id)) == draw.stratum.annotator_id
        assert draw.position == seen[draw.stratum_id]
        assert drawn(draw.position, draw.share, draw_seed(11, draw.stratum)) is draw.drawn
        seen[draw.stratum_id] += 1


def test_the_samples_of_two_stages_are_independent() -> None:
    # Over many seeds a prompt is in both samples as often as chance has it: 0.3 x 0.3.
    n, both, either = 20_000, 0, {"delivery": 0, "operations": 0}
    for seed in range(n):
        held = {}
        for stage in either:
            stratum = Stratum(stage=stage, category_id=1, annotator_id=5)
            held[stage] = drawn(3, 0.3, draw_seed(seed, stratum))
            either[stage] += held[stage]
        both += all(held.values())
    for expected, seen in ((0.3, either["delivery"]), (0.3, either["operations"]), (0.09, both)):
        assert abs(seen / n - expected) < 4 * math.sqrt(expected * (1 - expected) / n)


def test_a_prompt_counts_for_its_annotators_independently_at_two_stages() -> None:
    n = 4_000
    chosen = [
        [stratum_of([1, 2], stratum_seed(3, stage, prompt)) for stage in ("delivery", "operations")]
        for prompt in range(n)
    ]
    alike = sum(one == two for one, two in chosen)
    assert abs(alike / n - 0.5) < 4 * math.sqrt(0.25 / n)


def test_a_prompt_of_a_subcategory_counts_for_its_top_level_category() -> None:
    people = cast(delivery_share=1.0)
    root = Category.objects.create(project=people.project, name="语言", key="语言", path=["语言"])
    Category.objects.create(
        project=people.project, name="写作", key="语言/写作", path=["语言", "写作"], parent=root, root=root
    )
    settled(people, category="语言/写作")
    assert set(Stratum.objects.values_list("category", flat=True)) == {root.pk}


def test_a_prompt_that_comes_again_after_a_rejection_is_not_drawn_again() -> None:
    people = cast(delivery_share=1.0, operations_share=0.0)
    (prompt,) = settled(people)
    before = list(SampleDraw.objects.order_by("id").values_list("stage", "drawn", "position"))
    assert before == [("delivery", True, 0), ("operations", False, 0), ("research", False, 0)]
    reject(prompt, people.lead, words_of(prompt, people.annotators[0])[0])
    settled(people, start=9)
    prompt.refresh_from_db()
    assert prompt.state == "delivery_review"
    assert SampleDraw.objects.filter(prompt=prompt).count() == 3
    assert approve(prompt, people.lead) == "accepted"


def test_a_sample_of_nothing_accepts_and_one_of_everything_reviews_everything() -> None:
    for share, state in ((0.0, "accepted"), (1.0, "operations_review")):
        people = cast(operations_share=share)
        assert {prompt.state for prompt in settled(people, 3, n_responses=3)} == {state}
