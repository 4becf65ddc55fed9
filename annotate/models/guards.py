"""Rows that the database itself refuses to change or remove, and states that it moves only along their table."""

from collections.abc import Mapping
from typing import Any

from annotate.domain.states import ASSIGNMENT_MOVES, PROMPT_MOVES, Move

# {table: condition on OLD under which a change is refused}. Said once, installed by a migration.
FROZEN_ROWS = {
    "annotate_event": "1=1",
    "annotate_guideline": "1=1",
    "annotate_preferenceset": "OLD.state = 'frozen'",
    "annotate_preferencesetitem": "1=1",
}


# {table: the moves of its state column}. A change that is no move of the table is refused, by whatever way it comes.
MOVED_ROWS: dict[str, Mapping[str, Move]] = {
    "annotate_prompt": PROMPT_MOVES,
    "annotate_assignment": ASSIGNMENT_MOVES,
}


def guard_statements(vendor: str) -> list[str]:
    """Return the SQL that holds FROZEN_ROWS and MOVED_ROWS to their rules, for 'sqlite' or 'postgresql'."""
    return [*_frozen_statements(vendor), *_moved_statements(vendor)]


def _moved_statements(vendor: str) -> list[str]:
    statements = []
    if vendor == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION annotate_refuse_move() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION '% cannot move from % to %', TG_TABLE_NAME, OLD.state, NEW.state "
            "USING ERRCODE = 'restrict_violation'; "
            "END $$ LANGUAGE plpgsql"
        )
    for table, moves in MOVED_ROWS.items():
        if vendor == "postgresql":
            action = "EXECUTE FUNCTION annotate_refuse_move()"
        else:
            action = f"BEGIN SELECT RAISE(ABORT, '{table} cannot move this way'); END"
        legal = " OR ".join(
            f"(OLD.state = '{before}' AND NEW.state = '{move.after}')"
            for move in moves.values()
            for before in move.before
        )
        condition = f"OLD.state <> NEW.state AND NOT ({legal})"
        head = f"CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON {table} FOR EACH ROW WHEN ({condition})"
        statements.append(f"{head} {action}")
    return statements


def _frozen_statements(vendor: str) -> list[str]:
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
    names = [(table, f"no_{verb}") for table in FROZEN_ROWS for verb in ("update", "delete")]
    names += [(table, "moves") for table in MOVED_ROWS]
    return [f"DROP TRIGGER IF EXISTS {table}_{name}{on.format(table=table)}" for table, name in names]


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
