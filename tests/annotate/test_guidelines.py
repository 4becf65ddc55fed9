"""Guidelines: versions, amendments from a decision, and what has changed since a person read them."""

from typing import Any

import pytest

from annotate.domain.states import RoleName
from annotate.models import Category, Event, Guideline, Notice, User
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import prompt_escalate
from annotate.services.guidelines import guideline_save
from annotate.services.projects import member_set
from tests.annotate.test_discussion import differing, disputed
from tests.people import Cast, add_prompts, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def category(people: Cast) -> Category:
    add_prompts(people.project)
    category = Category.objects.get(project=people.project)
    guideline_save(user=people.researcher, category_id=category.pk, text="第一版")
    return category


def shown(people: Cast, user: User, category: Category) -> dict[str, Any]:
    return people.client(user).get(f"/api/categories/{category.pk}/guideline").json()


def amend(people: Cast, user: User, category: Category, **changes: Any) -> Any:
    body = {"category": category.pk, "text": "第二版", "note": "补充平手的例子", **changes}
    return people.client(user).post(f"/api/projects/{people.project.pk}/guidelines/amend", body, format="json")


def read(people: Cast, user: User, category: Category, version: int) -> int:
    path = f"/api/categories/{category.pk}/guideline/read"
    return people.client(user).post(path, {"version": version}, format="json").status_code


def test_an_annotator_sees_what_changed_since_they_confirmed_a_version(people: Cast, category: Category) -> None:
    one = people.annotators[0]
    body = shown(people, one, category)
    assert (body["version"], body["previous"], body["read"]) == (1, None, False)
    assert read(people, one, category, 1) == 204
    assert shown(people, one, category)["read"]
    assert amend(people, people.researcher, category).json() == {"version": 2}
    body = shown(people, one, category)
    assert (body["version"], body["text"], body["read"]) == (2, "第二版", False)
    assert body["previous"] == {"version": 1, "text": "第一版"}
    assert [(row["version"], row["note"]) for row in body["versions"]] == [(2, "补充平手的例子"), (1, "")]
    assert read(people, one, category, 2) == 204
    assert read(people, one, category, 1) == 204, "an older one changes nothing"
    assert (shown(people, one, category)["previous"], shown(people, one, category)["read"]) == (None, True)
    assert not shown(people, people.annotators[1], category)["read"]
    assert [read(people, one, category, version) for version in (0, 3)] == [400, 400]
    assert read(people, people.outsider, category, 2) == 404


def test_what_is_read_of_an_inherited_guideline_counts_for_every_category_below(
    people: Cast, category: Category
) -> None:
    one = people.annotators[0]
    children = [
        Category.objects.create(
            project=people.project, parent=category, root=category, name=name, path=["数学", name], key=f"数学/{name}"
        )
        for name in ("代数", "几何")
    ]
    assert read(people, one, children[0], 1) == 204
    body = shown(people, one, children[1])
    assert (body["read"], body["inherited_from"]) == (True, ["数学"])


def test_annotators_are_told_of_every_version_but_the_first(people: Cast, category: Category) -> None:
    told = Notice.objects.filter(kind="guideline_changed")
    assert not told.exists()
    amend(people, people.researcher, category)
    assert sorted(told.values_list("user", flat=True)) == sorted(user.pk for user in people.annotators)
    data = told.first()
    assert data is not None
    assert (data.data["category"], data.data["version"]) == (category.pk, 2)
    line = Event.objects.filter(kind="guideline_save").order_by("id").last()
    assert line is not None
    assert (line.before, line.after, line.reason) == ("1", "2", "补充平手的例子")


def test_a_reviewer_amends_only_from_a_decision_of_their_own(people: Cast, category: Category) -> None:
    other = person("other-lead")
    member_set(project=people.project, username="other-lead", roles=[RoleName.DELIVERY_REVIEWER], actor=people.owner)
    people.project.prompts.all().first().assignments.all().delete()  # type: ignore[union-attr]
    prompt = differing(people)
    prompt_escalate(user=people.annotators[0], prompt_id=prompt.pk, reason="x")
    settled = [Settled(*key, "equal") for key in disputed(prompt, people)]
    decision_record(user=people.lead, prompt_id=prompt.pk, settled=settled, reason="平手", clause="3.1")
    decision = prompt.decisions.get()
    refused = [
        amend(people, people.lead, category),
        amend(people, other, category, decision=decision.pk),
        amend(people, people.annotators[0], category, decision=decision.pk),
        amend(people, people.outsider, category, decision=decision.pk),
        amend(people, people.lead, category, decision=decision.pk + 999),
        amend(people, people.lead, category, decision=decision.pk, note=" "),
        amend(people, people.lead, category, decision=decision.pk, text=" "),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 403, 404, 404, 400, 400]
    assert [answer.json()["code"] for answer in refused[-2:]] == ["note_required", "blank"]
    assert Guideline.objects.filter(category=category).count() == 1
    answer = amend(people, people.lead, category, decision=decision.pk)
    assert (answer.status_code, answer.json()) == (201, {"version": 2})
    saved = Guideline.objects.get(category=category, version=2)
    assert (saved.decision, saved.author, saved.note) == (decision, people.lead, "补充平手的例子")
    body = people.client(people.lead).get(f"/api/disputes/{prompt.pk}").json()
    assert [(row["clause"], row["guideline_version"]) for row in body["decisions"]] == [("3.1", 2)]
