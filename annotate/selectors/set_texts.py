"""Why a preference set could not be frozen, in words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FAILURE_TEXTS = {
    "no_prompts": _(
        "No accepted prompt matches the filters. Accept prompts first, or widen the filters and freeze again."
    ),
    "no_pairs": _(
        "In none of the prompts is one response ranked above another, so there is nothing to learn or to measure."
    ),
    "no_judge_pairs": _(
        "Nothing that the judges said is kept, so there is nothing to add. Lower the margin, or use other judge runs."
    ),
    "rewards_damaged": _(
        "The stored rewards of the responses are missing or not what was scored. Have the responses scored again."
    ),
    "ranking_differs": _(
        "The stored ranking of a prompt is not the one that its final comparisons give; nothing was frozen."
    ),
}


def failure_text(reason: str) -> str:
    """Return why freezing failed, in the active language; "" where it did not."""
    if not reason:
        return ""
    known = FAILURE_TEXTS.get(reason)
    return str(known) if known else gettext("The set was not frozen: %(reason)s") % {"reason": reason}
