"""The role table: which roles may do what. Everything else asks here."""

from enum import StrEnum

from annotate.domain.states import ReviewStage, RoleName

REVIEWERS = frozenset({RoleName.DELIVERY_REVIEWER, RoleName.OPERATIONS_REVIEWER, RoleName.RESEARCH_REVIEWER})


class Right(StrEnum):
    """Something that a role may do in a project."""

    SEE = "see"
    ANNOTATE = "annotate"
    DISCUSS = "discuss"
    SETTLE = "settle"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_GOLD = "manage_gold"
    SEE_DATA = "see_data"
    SEE_FIGURES = "see_figures"
    MANAGE_DATA = "manage_data"
    MANAGE_GUIDELINES = "manage_guidelines"
    TRAIN = "train"
    MANAGE_PROJECT = "manage_project"
    OVERRULE_FLAGS = "overrule_flags"


RIGHTS: dict[Right, frozenset[RoleName]] = {
    Right.SEE: frozenset(RoleName),
    Right.ANNOTATE: frozenset({RoleName.ANNOTATOR}),
    Right.DISCUSS: REVIEWERS | {RoleName.OWNER, RoleName.ANNOTATOR},
    Right.SETTLE: REVIEWERS | {RoleName.OWNER},
    Right.MANAGE_PEOPLE: REVIEWERS | {RoleName.OWNER},
    Right.MANAGE_GOLD: REVIEWERS | {RoleName.OWNER, RoleName.RESEARCHER},
    Right.SEE_DATA: frozenset({RoleName.OWNER, RoleName.RESEARCHER}),
    Right.SEE_FIGURES: REVIEWERS | {RoleName.OWNER, RoleName.RESEARCHER},
    Right.MANAGE_DATA: frozenset({RoleName.OWNER, RoleName.RESEARCHER}),
    Right.MANAGE_GUIDELINES: frozenset({RoleName.OWNER, RoleName.RESEARCHER}),
    Right.TRAIN: frozenset({RoleName.OWNER, RoleName.RESEARCHER}),
    Right.MANAGE_PROJECT: frozenset({RoleName.OWNER}),
    Right.OVERRULE_FLAGS: REVIEWERS | {RoleName.OWNER, RoleName.RESEARCHER},
}


STAGE_ROLES: dict[ReviewStage, RoleName] = {
    ReviewStage.DELIVERY: RoleName.DELIVERY_REVIEWER,
    ReviewStage.OPERATIONS: RoleName.OPERATIONS_REVIEWER,
    ReviewStage.RESEARCH: RoleName.RESEARCH_REVIEWER,
}


def stages_of(roles: set[str]) -> list[ReviewStage]:
    """Return the stages at which somebody with `roles` decides and reviews, in order; an owner at every one."""
    return [stage for stage, role in STAGE_ROLES.items() if role in roles or RoleName.OWNER in roles]


def roles_with(right: Right) -> list[str]:
    """Return the names of the roles that hold `right`."""
    return sorted(role.value for role in RIGHTS[right])


def allowed(roles: set[str], right: Right) -> bool:
    """Tell whether somebody with `roles` holds `right`."""
    return not RIGHTS[right].isdisjoint(roles)
