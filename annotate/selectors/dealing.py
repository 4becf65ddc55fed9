"""Which top-level categories a person is dealt from, and why there is nothing for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from annotate.domain.states import AssignmentKind, AssignmentState, ExpertiseState, RoleName
from annotate.models import Assignment, Category, Expertise, GoldItem, Membership, Project, User
from annotate.selectors.assignments import done_today_by_category, leases_held, open_slots, seated_elsewhere, skipped

# Every reason for which a person gets nothing, in the order in which they should hear of it.
WHY_NONE = (
    "project_paused",
    "paused",
    "limit_reached",
    "not_qualified",
    "category_paused",
    "category_limit_reached",
    "already_in_other_pass",
    "all_leased",
    "none_left",
)
CLOSED_STATES = (ExpertiseState.FAILED, ExpertiseState.BARRED)


@dataclass(frozen=True, slots=True)
class CategoryStanding:
    """A person in a top-level category: how they stand, what they did there today, and what waits there.

    `barrier` names why they are dealt nothing new from it ("" if nothing stands against it).
    """

    category: int
    name: str
    state: str
    has_exam: bool
    barrier: str
    weight: float
    done_today: int
    has_open: bool
    has_returned: bool
    floor: int
    floor_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """A person's day in a project: what they did and hold, how much more they may take, and where they stand."""

    today: int
    n_held: int
    limit: int | None
    n_free: int | None
    standings: list[CategoryStanding]

    def allowed(self) -> list[int]:
        """Return the categories that they may be dealt from now."""
        return [row.category for row in self.standings if not row.barrier]


def day_of(project: Project, membership: Membership, held: Iterable[Assignment]) -> Day:
    """Return where a person stands in each top-level category of a project, in two queries; `held` is what they hold.

    What one holds counts towards the limits like what one has done, or a limit could be passed by holding.
    """
    user = membership.user
    done = done_today_by_category(user, project.pk)
    holding: dict[int, int] = {}
    for slot in held:
        holding[slot.category_id] = holding.get(slot.category_id, 0) + 1
    rows = _rows(user, project.pk, membership)
    standings = [
        _standing(row, done.get(row["pk"], 0), done.get(row["pk"], 0) + holding.get(row["pk"], 0)) for row in rows
    ]
    limit = project.daily_limit if membership.daily_limit is None else membership.daily_limit
    today, n_held = sum(done.values()), sum(holding.values())
    n_free = None if limit is None else limit - today - n_held
    return Day(today=today, n_held=n_held, limit=limit, n_free=n_free, standings=standings)


def _rows(user: User, project_id: int, membership: Membership) -> QuerySet[Category, Any]:
    waiting = open_slots(project_id, OuterRef("pk"))
    rows = Category.objects.filter(project_id=project_id, root=None)
    return rows.annotate(
        theirs=FilteredRelation("expertise", condition=Q(expertise__membership=membership)),
        state=F("theirs__state"),
        weight=F("theirs__weight"),
        floor=F("theirs__claim_floor"),
        floor_at=F("theirs__claim_floor_at"),
        has_exam=exam_exists(),
        # By the order of the index of open slots, of which the first answers: EXISTS alone makes PostgreSQL read the
        # whole table for a category in which everything is done.
        first_open=Subquery(waiting.filter(reserved_for=None).order_by("place", "id").values("pk")[:1]),
        has_returned=Exists(waiting.filter(reserved_for=user)),
    ).values(
        "pk",
        "name",
        "daily_limit",
        "paused_at",
        "state",
        "weight",
        "floor",
        "floor_at",
        "has_exam",
        "first_open",
        "has_returned",
    )


def exam_exists() -> Exists:
    """Return whether the outer top-level category has an entrance exam: any active gold item for one."""
    return Exists(GoldItem.objects.filter(category=OuterRef("pk"), active=True, in_exam=True))


def _standing(row: dict[str, Any], done: int, counted: int) -> CategoryStanding:
    state = row["state"] or ExpertiseState.OPEN
    return CategoryStanding(
        category=row["pk"],
        name=row["name"],
        state=state,
        has_exam=row["has_exam"],
        barrier=_barrier(row, state, counted),
        weight=1.0 if row["weight"] is None else row["weight"],
        done_today=done,
        has_open=row["first_open"] is not None,
        has_returned=row["has_returned"],
        floor=row["floor"] or 0,
        floor_at=row["floor_at"],
    )


def _barrier(row: dict[str, Any], state: str, counted: int) -> str:
    if row["paused_at"] is not None:
        return "category_paused"
    if state in CLOSED_STATES or (row["has_exam"] and state != ExpertiseState.QUALIFIED):
        return "not_qualified"
    if row["daily_limit"] is not None and counted >= row["daily_limit"]:
        return "category_limit_reached"
    return ""


def categories_allowed(membership: Membership, now: datetime) -> list[int]:
    """Return the top-level categories that a person may be dealt from at `now`."""
    held = leases_held(membership.user, membership.project_id)
    return day_of(membership.project, membership, held).allowed()


def n_people(standing: CategoryStanding, project_id: int) -> int:
    """Return how many annotators at work may be dealt from a category."""
    rows = Membership.objects.filter(project_id=project_id, paused_at=None, user__is_active=True)
    rows = rows.filter(roles__role=RoleName.ANNOTATOR)
    theirs = Expertise.objects.filter(membership=OuterRef("pk"), category=standing.category)
    if standing.has_exam:
        return rows.filter(Exists(theirs.filter(state=ExpertiseState.QUALIFIED))).count()
    return rows.filter(~Exists(theirs.filter(state__in=CLOSED_STATES))).count()


def why_none_dealt(user: User, project: Project, membership: Membership, day: Day) -> tuple[str, dict[str, Any]]:
    """Say why a person gets no slot, and what there is to say of it: one of WHY_NONE and its details."""
    if project.paused_at is not None:
        return "project_paused", {"reason": project.pause_reason}
    if membership.paused_at is not None:
        return "paused", {"reason": membership.pause_reason}
    waiting = [row for row in day.standings if row.has_open or row.has_returned]
    if waiting and day.n_free is not None and day.n_free <= 0:
        return "limit_reached", {"limit": day.limit}
    for code in ("not_qualified", "category_paused", "category_limit_reached"):
        names = [row.name for row in waiting if row.barrier == code]
        if names:
            return code, {"categories": sorted(names)}
    return _why_not_these(user, project.pk, [row.category for row in waiting]), {}


def _why_not_these(user: User, project_id: int, category_ids: list[int]) -> str:
    """Say why nothing that is open in these categories, nor anything else, is for a person."""
    rows = Assignment.objects.filter(project_id=project_id, kind=AssignmentKind.WORK)
    theirs = rows.filter(state=AssignmentState.OPEN, category__in=category_ids).filter(~Exists(skipped(user)))
    if theirs.filter(Exists(seated_elsewhere(user)), reserved_for=None).exists():
        return "already_in_other_pass"
    # Open to others alone, or open just now beside somebody who is taking a seat: others hold it, in effect.
    elsewhere = rows.filter(state=AssignmentState.OPEN, reserved_for__isnull=False).exclude(reserved_for=user)
    if theirs.exists() or elsewhere.exists() or rows.filter(state=AssignmentState.LEASED).exists():
        return "all_leased"
    return "none_left"
