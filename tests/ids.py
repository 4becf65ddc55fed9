"""Ids that do not depend on the tests that ran before.

What is drawn for a row (who is measured when, which response stands first) is drawn by its id. With ids that go on from
test to test, a test would see another draw in every run.
"""

from django.db import connection

# Tables of Django itself hold rows from the migrations on.
_OURS = "{name} NOT LIKE 'django%%' AND {name} NOT LIKE 'auth%%'"
_FROM_ONE = {
    "sqlite": f"DELETE FROM sqlite_sequence WHERE {_OURS.format(name='name')}",
    # A sequence is not set back with the transaction that used it.
    "postgresql": "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
    f" WHERE schemaname = current_schema() AND {_OURS.format(name='sequencename')}",
}


def count_from_one() -> None:
    """Let the next row of every table of ours have the id 1. The tables have to be empty."""
    with connection.cursor() as cursor:
        cursor.execute(_FROM_ONE[connection.vendor], [])
