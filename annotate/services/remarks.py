"""What an answer says beyond scores and order: passages at fault, facts checked, and that no response would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from annotate.models import Annotation, Assignment, Fault, Prompt, Response
from annotate.problems import Invalid
from annotate.selectors.delivered import Delivered, delivered

MOST_FAULTS, MOST_EVIDENCE = 200, 50
GOOD_SCORE = 4
URL_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class SaidFault:
    """A passage at fault as an answer names it; characters are code points, the end exclusive."""

    response: int
    start: int
    end: int
    kind: str
    severity: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that was checked: where, and what was found there."""

    url: str = ""
    note: str = ""


def acceptable_check(none_acceptable: bool, scores: Mapping[int, int]) -> None:
    """Raise Invalid where a response is good and yet none is said to be acceptable."""
    if none_acceptable and max(scores.values()) >= GOOD_SCORE:
        _refuse(
            "acceptable_contradiction",
            _("All are marked as unacceptable, but one is scored 4 or 5. Take the mark back, or lower the score."),
            "none_acceptable",
        )


def evidence_check(evidence: Sequence[Evidence]) -> None:
    """Raise Invalid for an item that says nothing, an address that is none of the web, and too many of them."""
    if len(evidence) > MOST_EVIDENCE:
        message = _("There may be at most %(most)d facts checked; remove some.") % {"most": MOST_EVIDENCE}
        _refuse("too_many", message, "evidence")
    for index, item in enumerate(evidence):
        number = {"n": index + 1}
        if not (item.url or item.note):
            message = _("Fact %(n)d is empty; give an address or a note, or remove it.") % number
            _refuse("empty_evidence", message, f"evidence.{index}")
        if item.url and not _is_web_address(item.url):
            message = _("The address of fact %(n)d is none; it must begin with http:// or https://.") % number
            _refuse("bad_url", message, f"evidence.{index}.url")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in URL_SCHEMES and bool(parts.hostname) and not any(map(str.isspace, url))
    except ValueError:
        return False


def faults_checked(slot: Assignment, prompt: Prompt, faults: Sequence[SaidFault]) -> list[SaidFault]:
    """Return faults given in characters of the delivered texts as ones in characters of the raw texts.

    Raises Invalid for a response of another task, a passage that is not in its text, and a kind that the project has
    not got.
    """
    if not faults:
        return []
    if len(faults) > MOST_FAULTS:
        message = _("There may be at most %(most)d marked passages; remove some.") % {"most": MOST_FAULTS}
        _refuse("too_many", message, "faults")
    texts = dict(Response.objects.filter(pk__in=slot.display_order).values_list("pk", "text"))
    shown = {pk: delivered(prompt, text) for pk, text in texts.items()}
    kinds = {row["key"] for row in prompt.project.fault_kinds}
    return [_raw(index, fault, shown, kinds) for index, fault in enumerate(faults)]


def _raw(index: int, fault: SaidFault, shown: Mapping[int, Delivered], kinds: set[str]) -> SaidFault:
    """Return one fault in characters of the raw text."""
    number, field = {"n": index + 1}, f"faults.{index}"
    text = shown.get(fault.response)
    if text is None:
        message = _("Marked passage %(n)d is in a response that is not part of this task; reload the task.") % number
        _refuse("foreign_response", message, f"{field}.response")
    if fault.kind not in kinds:
        message = _("Marked passage %(n)d has a kind that is not in this project's list; choose another.") % number
        _refuse("unknown_kind", message, f"{field}.kind")
    if fault.end <= fault.start:
        message = _("Marked passage %(n)d is empty; select some text, or remove the mark.") % number
        _refuse("empty_passage", message, f"{field}.end")
    if fault.start < 0 or fault.end > len(text.text):
        message = _("Marked passage %(n)d lies outside the response's text; mark it again.") % number
        _refuse("outside_text", message, f"{field}.{'start' if fault.start < 0 else 'end'}")
    start, end = text.to_raw(fault.start, fault.end)
    return replace(fault, start=start, end=end)


def _refuse(code: str, message: str, field: str) -> NoReturn:
    raise Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


def faults_store(annotation: Annotation, faults: Sequence[SaidFault]) -> None:
    """Store the faults of a new annotation, given in characters of the raw texts."""
    Fault.objects.bulk_create(
        Fault(
            annotation=annotation,
            response_id=fault.response,
            start=fault.start,
            end=fault.end,
            kind=fault.kind,
            severity=fault.severity,
            note=fault.note,
        )
        for fault in faults
    )
