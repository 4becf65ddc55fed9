"""What an import's problems and failures say to people: a message and a remedy for every code."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# {code, or code:where}: (what is wrong, what to do); figures come from the problem's details.
PROBLEM_TEXTS = {
    "not_json": (
        _("The line is not JSON; the fault is at column %(column)s."),
        _("Write one JSON object per line, with the line breaks inside texts escaped as \\n."),
    ),
    "not_an_object": (
        _("The line is JSON, but not an object."),
        _('Write the line as {"prompt": …, "responses": […]}.'),
    ),
    "not_text": (_("The value is missing or is not a text."), _("Give a text in quotation marks.")),
    "missing_prompt": (_("The line has no prompt."), _('Give the text under the key "prompt".')),
    "missing_column": (
        _("The file has no column “%(column)s”."),
        _("Name the columns in the first line: id, prompt, system, category, source, responses."),
    ),
    "missing_model": (
        _("The response does not say which model it comes from."),
        _('Give the model\'s name under the key "model"; annotators never see it.'),
    ),
    "blank": (
        _("The text holds nothing that can be seen."),
        _("Fill in the text, or take the line or the response out."),
    ),
    "nul": (
        _("The text holds a NUL character."),
        _("Remove the character U+0000; it mostly comes from a faulty export."),
    ),
    "lone_surrogate": (
        _("The text holds half of a character (a lone surrogate)."),
        _("Write the character whole, or remove the escape between \\ud800 and \\udfff."),
    ),
    "text_too_long": (
        _("The text has %(length)s characters; at most %(limit)s are taken."),
        _("Shorten the text, or take the line or the response out."),
    ),
    "bad_category": (
        _("The category is neither a name nor a list of names of at most %(limit)s characters."),
        _('Write "数学" or ["数学", "代数"].'),
    ),
    "bad_category:cell": (
        _("The category begins like a list but is not JSON."),
        _('Write 数学 or ["数学", "代数"] in the cell.'),
    ),
    "bad_source": (
        _("The source is not a name of at most %(limit)s characters."),
        _('Write "open", "human", or the name of the source.'),
    ),
    "bad_responses": (
        _('The responses are not a list of {"model", "text"}.'),
        _('Write [{"model": "…", "text": "…"}, …]; in CSV, as JSON in the cell.'),
    ),
    "bad_responses:cell": (
        _("The cell of the responses is not JSON."),
        _('Write [{"model": "…", "text": "…"}, …] in the cell, with the quotation marks doubled in CSV.'),
    ),
    "too_few_responses": (
        _("The prompt has %(given)s responses; a task needs %(needed)s."),
        _("Add responses, or leave the list empty to have them sampled later."),
    ),
    "too_many_responses": (
        _("The prompt has %(given)s responses; at most %(limit)s are taken."),
        _("Choose the responses that are to be compared."),
    ),
    "equal_responses": (
        _("Responses %(first)s and %(second)s have the same text."),
        _("Take one of the two out: annotators cannot order equal texts."),
    ),
    "duplicate_id:file": (
        _("Line %(first)s has the same id."),
        _("Give every prompt its own id, or leave the id out."),
    ),
    "duplicate_id:project": (
        _("The project has a prompt with this id already."),
        _("Take the line out, or give it another id if it is another prompt."),
    ),
    "duplicate_prompt:file": (_("Line %(first)s has the same prompt."), _("Take one of the two lines out.")),
    "duplicate_prompt:project": (_("The project has this prompt already."), _("Take the line out.")),
    "unknown_encoding": (
        _("The line is not UTF-8; the fault is at byte %(byte)s."),
        _("Save the file as UTF-8; Excel calls it “CSV UTF-8”."),
    ),
    "unknown_format": (
        _("The file is neither JSONL nor CSV nor Parquet."),
        _("Save it in one of these formats, and name it .jsonl, .csv or .parquet (.gz and .zst are fine)."),
    ),
    "bad_csv": (
        _("The row does not have the columns of the first line."),
        _("Put texts with commas, quotation marks or line breaks in quotation marks, and double those inside."),
    ),
    "line_too_long": (
        _("The line is longer than %(limit)s MB."),
        _("Split the line, or take it out; a quotation mark that is never closed has the same effect."),
    ),
    "damaged_file": (
        _("The file is damaged or not what its name says: %(reason)s."),
        _("Pack or export the file again, and check that the upload was complete."),
    ),
    "file_too_large": (
        _("The unpacked file is larger than %(limit)s MB."),
        _("Split the file and import the parts one by one."),
    ),
}

FAILURE_TEXTS = {
    "import_changed": _(
        "Since the check, lines of the file have come into the project by another import, so nothing was imported. "
        "Import the file again to see which."
    ),
}


def problem_text(code: str, details: dict[str, Any]) -> tuple[str, str]:
    """Return (message, remedy) of a problem, in the active language."""
    where = details.get("where")
    message, remedy = PROBLEM_TEXTS[f"{code}:{where}" if where else code]
    return str(message) % details, str(remedy)


def failure_text(reason: str) -> str:
    """Return why an import failed, in the active language; "" where it did not."""
    if not reason:
        return ""
    known = FAILURE_TEXTS.get(reason)
    return str(known) if known else gettext("Nothing was imported: %(reason)s") % {"reason": reason}
