"""The state tables as diagrams, and event logs against them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain import states
from annotate.domain.diagram import events_fold, mermaid
from annotate.domain.states import ASSIGNMENT_MOVES, EXAM_MOVES, PROMPT_MOVES, Move
from annotate.domain.types import DomainError

TABLES = {name: table for name, table in vars(states).items() if name.endswith("_MOVES")}


def test_a_small_table_is_drawn_in_full():
    assert mermaid(EXAM_MOVES, "running") == (
        "stateDiagram-v2\n"
        "    running\n"
        "    passed\n"
        "    failed\n"
        "    [*] --> running\n"
        "    running --> passed: pass\n"
        "    running --> failed: fail\n"
        "    passed --> [*]\n"
        "    failed --> [*]\n"
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_diagram_has_just_the_moves_of_its_table(name):
    table = TABLES[name]
    initial = next(iter(table.values())).before[0]
    drawn = re.findall(r"^ {4}(\w+) --> (\w+): (\w+)$", mermaid(table, initial), re.MULTILINE)
    assert sorted(drawn) == sorted(
        (str(b), str(move.after), action) for action, move in table.items() for b in move.before
    )


def test_every_state_of_a_prompt_is_drawn_once_and_dropped_is_an_end():
    text = mermaid(PROMPT_MOVES, "staged")
    declared = re.findall(r"^ {4}(\w+)$", text, re.MULTILINE)
    assert sorted(declared) == sorted(states.PromptState)
    assert declared[:3] == ["staged", "imported", "awaiting_responses"]
    assert re.findall(r"^ {4}(\w+) --> \[\*\]$", text, re.MULTILINE) == ["dropped"]


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
def test_a_legal_log_leads_to_its_last_state_and_any_other_line_is_named(name, data):
    table = TABLES[name]
    state = initial = data.draw(st.sampled_from([before for move in table.values() for before in move.before]))
    lines = []
    for _ in range(data.draw(st.integers(0, 8))):
        legal = [(action, state, move.after) for action, move in table.items() if state in move.before]
        if not legal:
            break
        lines.append(data.draw(st.sampled_from(legal)))
        state = lines[-1][2]
    assert events_fold(table, lines, initial) == state
    words = sorted({str(end) for move in table.values() for end in (*move.before, move.after)})
    line = data.draw(st.tuples(st.sampled_from([*table, "vanish"]), st.sampled_from(words), st.sampled_from(words)))
    action, before, after = line
    if action in table and before == state and before in table[action].before and after == table[action].after:
        assert events_fold(table, [*lines, line], initial) == after
        return
    with pytest.raises(DomainError) as refused:
        events_fold(table, [*lines, line, ("vanish", "", "")], initial)
    assert refused.value.code == "illegal_move"
    assert refused.value.details == {
        "line": len(lines) + 1,
        "action": action,
        "before": before,
        "after": after,
        "state": state,
    }


def test_a_lost_line_is_found():
    lines = [("lease", "open", "leased"), ("submit", "leased", "submitted"), ("reopen", "submitted", "open")]
    assert events_fold(ASSIGNMENT_MOVES, lines, "open") == "open"
    with pytest.raises(DomainError) as refused:
        events_fold(ASSIGNMENT_MOVES, [lines[0], lines[2]], "open")
    assert refused.value.details["line"] == 2


def test_a_log_whose_states_are_right_but_whose_move_is_not_is_refused():
    table = {"up": Move(("low",), "high"), "fall": Move(("high",), "low")}
    with pytest.raises(DomainError):
        events_fold(table, [("fall", "low", "high")], "low")
