"""Control characters made visible one for one, so that a text does nothing on a page and offsets into it hold."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PICTURES: dict[int, int] = {
    # Unicode has pictures of the C0 characters and of DEL, and none of the C1 characters.
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    # These are the white space of a text; what ends a line in other systems becomes ours.
    **{ord(character): ord(character) for character in "\t\n"},
    ord("\r"): ord("\n"),
}


def visible(text: str) -> str:
    """Return a text of the same length without control characters but tab and line feed.

    The first half of a Windows line end becomes a tab, which is not seen there; a space could make Markdown break the
    line.
    """
    if _CONTROL.search(text) is None:
        return text
    return text.replace("\r\n", "\t\n").translate(_PICTURES)
