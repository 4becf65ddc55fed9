"""Addresses of people and models working together, under /api/."""

from collaboration.api import colleague, loop, recipes

urlpatterns = [*colleague.urlpatterns, *loop.urlpatterns, *recipes.urlpatterns]
