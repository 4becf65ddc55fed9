"""Rows that the database itself refuses to change or remove."""

from typing import Any

# {table: condition on OLD under which a change is refused}. Said once, installed by a migration.
FROZEN_ROWS = {
    "annotate_event": "1=1",
    "annotate_guideline": "1=1",
    "annotate_preferenceset": "OLD.state = 'frozen'",
    "annotate_preferencesetitem": "1=1",
}


def guard_statements(vendor: str) -> list[str]:
    """Return the SQL that makes the rows of FROZEN_ROWS unchangeable, for 'sqlite' or 'postgresql'."""
    statements = []
    if vendor == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION annotate_refuse() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION '% rows cannot be changed or removed', TG_TABLE_NAME "
            "USING ERRCODE = 'restrict_violation'; "
            "END $$ LANGUAGE plpgsql"
        )
    for table, condition in FROZEN_ROWS.items():
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            if vendor == "postgresql":
                action = "EXECUTE FUNCTION annotate_refuse()"
            else:
                action = f"BEGIN SELECT RAISE(ABORT, '{table} rows cannot be changed or removed'); END"
            head = f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW WHEN ({condition})"
            statements.append(f"{head} {action}")
    return statements


def unguard_statements(vendor: str) -> list[str]:
    """Return the SQL that takes the guards away again (for reversing the migration)."""
    on = "" if vendor == "sqlite" else " ON {table}"
    return [
        f"DROP TRIGGER {table}_no_{verb}{on.format(table=table)}"
        for table in FROZEN_ROWS
        for verb in ("update", "delete")
    ]


def guards_install(connection: Any) -> None:
    """Install the guards on an open connection."""
    with connection.cursor() as cursor:
        for statement in guard_statements(connection.vendor):
            cursor.execute(statement)


def guards_remove(connection: Any) -> None:
    """Remove the guards on an open connection."""
    with connection.cursor() as cursor:
        for statement in unguard_statements(connection.vendor):
            cursor.execute(statement)
