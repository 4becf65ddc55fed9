"""What every test may use."""

from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

from annotate.models import Project, User
from annotate.models.guards import guards_install, guards_remove
from tests.ids import count_from_one
from tests.people import Cast, cast

# How long an example takes says nothing about it on a machine that does other things, too.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def ids_from_one(request: pytest.FixtureRequest) -> None:
    """Count ids from 1 in every test that begins with an empty database."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        if not Project.objects.exists() and not User.objects.exists():
            count_from_one()


@pytest.fixture
def people(db: None) -> Cast:
    """Return a project with its people."""
    return cast()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Run the test with real commits, for what happens in several connections.

    The database refuses to remove events, so its guards are lifted while the tables are emptied after the test.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
        )
        guarded = cursor.fetchone()[0] > 0
    if not guarded:
        guards_install(connection)
    yield
    guards_remove(connection)
