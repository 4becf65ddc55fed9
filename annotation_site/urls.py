"""Every address of the site: the API, its schema, and the front end's one page for everything else."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from annotation_site.pages import app_page, health, no_such_address

urlpatterns = [
    path("api/", include("annotate.api.urls")),
    path("api/", include("rm_training.api.urls")),
    path("api/", include("collaboration.api.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("health", health),
    re_path(r"^(?:api|static)(?:/|$)", no_such_address),
    re_path(r"^", app_page),
]
