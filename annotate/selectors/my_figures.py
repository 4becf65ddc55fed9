"""What an annotator sees of their own work, and of nobody else's.

No figure here may tell a hidden gold task or a repeat from work. What is counted at once counts all three alike; what
tells them apart (accuracy, consistency, agreement) is told of the days before today, so that no single answer shows.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotate.domain.figures import Facts, chosen
from annotate.domain.states import AssignmentKind, ExpertiseState
from annotate.models import Annotation, Expertise, Project, User
from annotate.selectors.assignments import done_today
from annotate.selectors.figure_days import facts_read, refreshed_at
from annotate.selectors.figure_groups import Groups, groups_of
from annotate.selectors.people_figures import own_facts
from annotate.selectors.statistics import root_names

LEAST_GOLD = 5
DAYS = 30


@dataclass(slots=True)
class _Done:
    """Tasks that somebody submitted, of every kind but exams."""

    seconds: float = 0.0
    by_day: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    by_category: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def my_figures(user: User, project: Project) -> dict[str, Any]:
    """Return a person's own figures in a project."""
    today = timezone.localdate()
    everything, days = facts_read(project.pk)
    facts = own_facts(everything, user.pk)
    past = _before(facts, days, today)
    done = _done(user, project)
    total = sum(done.by_day.values())
    whole = groups_of(past, "total", project.agreement_measure)
    same, n_gold = whole.plain("gold", 0)[0], _units(whole, "gold", 0)
    rejected, reviewed = groups_of(facts, "total", project.agreement_measure).plain("rejection", 0)
    return {
        "today": done_today(user, project.pk),
        "total": total,
        "seconds_mean": done.seconds / total if total else None,
        "agreement": _rate(whole, "agreement"),
        "gold": {"accuracy": same / whole.plain("gold", 0)[1], "n": n_gold} if n_gold >= LEAST_GOLD else None,
        "consistency": _rate(whole, "consistency"),
        "rejections": {
            "rate": rejected / reviewed if reviewed else None,
            "n_reviewed": int(reviewed),
            "n_rejected": int(rejected),
        },
        "days": _days(project, past, days, done, today),
        "categories": _categories(user, project, past, facts, done),
        "refreshed_at": refreshed_at(project.pk),
    }


def _before(facts: Facts, days: list[date], today: date) -> Facts:
    """Return the facts of the days before today."""
    n_past = sum(day < today for day in days)
    tables = (chosen(columns, columns["day"] < n_past) for columns in (facts.work, facts.units, facts.outcomes))
    return Facts(facts.sources, facts.kinds, *tables)


def _done(user: User, project: Project) -> _Done:
    rows = Annotation.objects.filter(annotator=user, assignment__project=project, withdrawn=False)
    rows = rows.exclude(assignment__kind=AssignmentKind.EXAM)
    grouped = rows.values_list(TruncDate("created_at"), "assignment__category_id").order_by()
    done = _Done()
    for day, category, n, seconds in grouped.annotate(n=Count("id"), seconds=Sum("seconds")):
        done.seconds += seconds
        done.by_day[day] += n
        done.by_category[category] += n
    return done


def _units(groups: Groups, name: str, group: int) -> int:
    return sum(n for _, total, n in getattr(groups, name).of(group) if total)


def _rate(groups: Groups, name: str) -> dict[str, Any] | None:
    same, total = groups.plain(name, 0)
    return {"rate": same / total, "n": _units(groups, name, 0)} if total else None


def _share(groups: Groups, name: str, group: int | None) -> float | None:
    same, total = groups.plain(name, group) if group is not None else (0.0, 0.0)
    return same / total if total else None


def _days(project: Project, facts: Facts, days: list[date], done: _Done, today: date) -> list[dict[str, Any]]:
    """Return the last DAYS days, the oldest first, those without work among them."""
    groups = groups_of(facts, "day", project.agreement_measure)
    place = {days[key[0]]: group for group, key in enumerate(groups.keys)}
    wanted = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [
        {"day": day, "tasks": done.by_day.get(day, 0), "agreement": _share(groups, "agreement", place.get(day))}
        for day in wanted
    ]


def _categories(user: User, project: Project, past: Facts, facts: Facts, done: _Done) -> list[dict[str, Any]]:
    states = dict(
        Expertise.objects.filter(membership__user=user, membership__project=project).values_list("category_id", "state")
    )
    known = groups_of(past, "category", project.agreement_measure)
    reviewed = groups_of(facts, "category", project.agreement_measure)
    places = {key[0]: group for group, key in enumerate(known.keys)}
    review_places = {key[0]: group for group, key in enumerate(reviewed.keys)}
    rows = []
    for category, name in root_names(project.pk).items():
        group = places.get(category)
        enough = group is not None and _units(known, "gold", group) >= LEAST_GOLD
        rows.append(
            {
                "id": category,
                "name": name,
                "tasks": done.by_category.get(category, 0),
                "agreement": _share(known, "agreement", group),
                "gold": _share(known, "gold", group) if enough else None,
                "rejected": _share(reviewed, "rejection", review_places.get(category)),
                "state": states.get(category, ExpertiseState.OPEN.value),
            }
        )
    return rows
