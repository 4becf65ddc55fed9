"""The front end's page, and what load balancers ask."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie


@never_cache
@ensure_csrf_cookie
def app_page(request: HttpRequest) -> HttpResponse:
    """Serve the single page of the front end; its router reads the address."""
    page = settings.FRONTEND_DIST / "index.html"
    if not page.is_file():
        return HttpResponse(_("The front end is not built; run `make build`."), status=503, content_type="text/plain")
    return HttpResponse(page.read_bytes(), content_type="text/html; charset=utf-8")


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the process and its database work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def no_such_address(request: HttpRequest) -> JsonResponse:
    """Answer 404 in the API's words, so that a mistyped address is not taken for a page."""
    body = {"code": "not_found", "message": _("There is nothing at this address."), "errors": []}
    return JsonResponse(body, status=404)
