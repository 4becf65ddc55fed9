"""JSON in which no mark-up can be seen, whatever might take it for a page."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

_ESCAPES = {b"<": rb"\u003c", b">": rb"\u003e", b"&": rb"\u0026"}


class HarmlessJSONRenderer(JSONRenderer):
    """DRF's own, with <, > and & escaped too; it escapes U+2028 and U+2029 already. The values are the same.

    In JSON these characters stand in strings only, so that replacing them in what was rendered is enough.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return data as JSON."""
        body: bytes = super().render(data, accepted_media_type, renderer_context)
        for plain, escaped in _ESCAPES.items():
            body = body.replace(plain, escaped)
        return body
