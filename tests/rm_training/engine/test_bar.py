"""What a person at the shell sees of a command's progress."""

import io

from rm_training.engine.bar import Bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_every_tenth_and_no_control_characters() -> None:
    log = io.StringIO()
    bar = Bar("open", log)

    for done in range(1, 1001):
        bar(done, 1000)

    lines = log.getvalue().splitlines()
    assert [line.split(" (")[0] for line in lines] == [f"open {k}0% {k}00/1000" for k in range(1, 11)]
    assert "left" in lines[0]
    assert "left" not in lines[-1]
    assert not {"\r", "\x1b"} & set(log.getvalue())


def test_steps_over_several_tenths_write_one_line() -> None:
    log = io.StringIO()
    bar = Bar("open", log)

    for done in (2, 3):
        bar(done, 3)

    assert [line.split(" (")[0] for line in log.getvalue().splitlines()] == ["open 66% 2/3", "open 100% 3/3"]


def test_a_terminal_gets_one_line_that_ends_full() -> None:
    terminal = Terminal()
    bar = Bar("scoring", terminal)

    for done in range(1, 101):
        bar(done, 100)

    shown = terminal.getvalue()
    assert shown.count("\n") == 1
    assert shown.endswith("\n")
    assert shown.split("\r")[-1].startswith("scoring " + "█" * 24 + " 100% 100/100")
