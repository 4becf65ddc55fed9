"""Commands for a new site: the demo project and accounts."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from annotate.management.commands.load_demo import PASSWORD, PEOPLE, PROJECT
from annotate.models import Category, Event, Guideline, Project, Prompt, Response, Task, User
from annotate.selectors.access import roles_of
from annotate.services.projects import member_set
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedded(settings) -> None:
    settings.EMBEDDED = True


def load_demo(*arguments: str) -> str:
    out = StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def counts() -> list[int]:
    return [model.objects.count() for model in (User, Project, Category, Guideline, Prompt, Response, Task, Event)]


def test_the_demo_holds_a_project_ready_to_annotate_with_somebody_in_every_role(embedded: None) -> None:
    said = load_demo()
    project = Project.objects.get(name=PROJECT)
    assert Prompt.objects.filter(project=project, state="annotating").count() == 40
    assert Response.objects.count() == Task.objects.count() == 200
    assert {role for name in PEOPLE for role in roles_of(User.objects.get(username=name), project.pk)} == {
        "owner",
        "researcher",
        "annotator",
        "delivery_reviewer",
        "operations_reviewer",
        "research_reviewer",
    }
    roots = Category.objects.filter(project=project, parent=None)
    assert roots.count() == 10
    assert all("标注指南" in root.guidelines.get().text for root in roots)
    assert said.count(PASSWORD) == len(PEOPLE)
    assert User.objects.get(username="demo-owner").check_password(PASSWORD)


def test_loading_the_demo_again_changes_nothing(embedded: None) -> None:
    load_demo()
    owner = User.objects.get(username="demo-owner")
    owner.set_password("somebody chose this")
    owner.save()
    project = Project.objects.get(name=PROJECT)
    member_set(project=project, username="demo-reviewer", roles=["annotator"], actor=owner)
    before = counts()
    said = load_demo()
    assert counts() == before
    assert User.objects.get(username="demo-owner").check_password("somebody chose this")
    assert roles_of(User.objects.get(username="demo-reviewer"), project.pk) == {"annotator"}
    assert PASSWORD not in said


def test_public_passwords_do_not_come_onto_a_grown_site_unless_asked_for(settings) -> None:
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="public"):
        load_demo()
    assert not User.objects.exists()
    load_demo("--force")
    assert User.objects.filter(username__in=PEOPLE).count() == len(PEOPLE)


def test_an_account_is_created_with_the_password_of_the_environment_and_its_roles(people: Cast, monkeypatch) -> None:
    monkeypatch.setenv("CHEEMS_PASSWORD", "a long enough one")
    roles = ["--role", "annotator", "--role", "researcher"]
    call_command("create_person", "wang", "li", "--project", people.project.name, *roles, stdout=StringIO())
    for name in ("wang", "li"):
        user = User.objects.get(username=name)
        assert user.check_password("a long enough one")
        assert not user.is_staff
        assert roles_of(user, people.project.pk) == {"annotator", "researcher"}


@pytest.mark.parametrize(
    ("arguments", "password", "reason"),
    [
        (["owner", "new"], "short", "too short"),
        (["new", "not a name"], "a long enough one", "not a name"),
        (["new", "new"], "a long enough one", "new"),
        (["new", "--role", "annotator"], "a long enough one", "go together"),
        (["new", "--project", "no such project", "--role", "annotator"], "a long enough one", "no such project"),
    ],
)
def test_nobody_is_created_when_one_account_cannot_be(monkeypatch, arguments, password, reason) -> None:
    monkeypatch.setenv("CHEEMS_PASSWORD", password)
    monkeypatch.setattr("django.conf.settings.LANGUAGE_CODE", "en")
    with pytest.raises(CommandError, match=reason):
        call_command("create_person", *arguments, stdout=StringIO())
    assert not User.objects.exists()
