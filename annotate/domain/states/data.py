"""What goes in and out: imports, filters and their flags, preference sets."""

from enum import StrEnum

from annotate.domain.states.move import Move


class ImportState(StrEnum):
    """An import job: every line is checked first, and only then is anything written."""

    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"


class FilterState(StrEnum):
    """A run of the filters: a dry run first; a newer one takes the place of what was not applied."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class FlagCode(StrEnum):
    """What a response is flagged for (domain/flags.py)."""

    TOO_LONG = "too_long"
    NOT_CHINESE = "not_chinese"
    REPETITION = "repetition"
    NEAR_DUPLICATE = "near_duplicate"
    CONTROL_TOKENS = "control_tokens"
    NOTICE = "notice"


class FlagState(StrEnum):
    """A flag of a response: found in a dry run; the response taken out, or sent to QA; or a person says it is fine."""

    FOUND = "found"
    EXCLUDED = "excluded"
    REFERRED = "referred"
    OVERRULED = "overruled"


class SetState(StrEnum):
    """A preference set; a frozen one never changes again."""

    FREEZING = "freezing"
    FROZEN = "frozen"
    FAILED = "failed"


class Split(StrEnum):
    """Where a prompt of a preference set goes."""

    TRAIN = "train"
    OPEN = "open"
    HUMAN = "human"


IMPORT_MOVES = {
    "finish_check": Move((ImportState.CHECKING,), ImportState.CHECKED),
    "commit": Move((ImportState.CHECKED,), ImportState.IMPORTING),
    "finish": Move((ImportState.IMPORTING,), ImportState.DONE),
    "fail": Move((ImportState.CHECKING, ImportState.IMPORTING), ImportState.FAILED),
}


FILTER_MOVES = {
    "finish_check": Move((FilterState.CHECKING,), FilterState.CHECKED),
    "apply": Move((FilterState.CHECKED,), FilterState.APPLYING),
    "finish": Move((FilterState.APPLYING,), FilterState.APPLIED),
    "supersede": Move((FilterState.CHECKED,), FilterState.SUPERSEDED),
    "fail": Move((FilterState.CHECKING, FilterState.APPLYING), FilterState.FAILED),
}


FLAG_MOVES = {
    "exclude": Move((FlagState.FOUND,), FlagState.EXCLUDED),
    "refer": Move((FlagState.FOUND,), FlagState.REFERRED),
    # A person says that the flag of what went to QA is right; the response is taken out after all.
    "confirm": Move((FlagState.REFERRED,), FlagState.EXCLUDED),
    "overrule": Move((FlagState.FOUND, FlagState.EXCLUDED, FlagState.REFERRED), FlagState.OVERRULED),
}


SET_MOVES = {
    "freeze": Move((SetState.FREEZING,), SetState.FROZEN),
    "fail": Move((SetState.FREEZING,), SetState.FAILED),
}
