"""A client against a server that behaves badly: whatever goes wrong has a name, and costs no more than it must."""

import socket
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from annotate.domain.states import CallOutcome
from annotate.judges.chat import Answer, ChatClient, ChatEndpoint
from annotate.judges.pace import Pace, Stopped
from annotate.judges.watch import Watch
from tests.model_server import HALF_JSON, HUGE, ModelServer, Reply, model_server, refused, said

KEY = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def asked(url: str, *, times: int = 1, stop: Event | None = None, **settings: object) -> list[Answer]:
    """Ask a number of times over one connection."""
    values = {"timeout": 20.0, "tries": 3, "key": KEY, **settings}
    endpoint = ChatEndpoint(url, "model-x", **values)  # type: ignore[arg-type]
    with Watch() as watch:
        client = ChatClient(endpoint, Pace(None, stop or Event()), watch)
        answers = [client.ask([{"role": "user", "content": "甲还是乙？"}]) for _ in range(times)]
        client.close()
    return answers


def test_an_answer_comes_with_its_tokens_and_the_question_with_its_settings(server: ModelServer) -> None:
    (answer,) = asked(server.url, temperature=0.7, max_tokens=77)
    assert (answer.outcome, answer.text) == (CallOutcome.ANSWERED, "结论：A")
    assert (answer.prompt_tokens, answer.completion_tokens) == (100, 20)
    (body,) = server.asked
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("model-x", 0.7, 77)
    assert body["messages"] == [{"role": "user", "content": "甲还是乙？"}]
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("reply", "outcome", "sent", "n_asked"),
    [
        (HALF_JSON, CallOutcome.MALFORMED, True, 1),
        (Reply(body=b"[]"), CallOutcome.MALFORMED, True, 1),
        (Reply(body=b'{"choices": []}'), CallOutcome.MALFORMED, True, 1),
        (Reply(body=b'{"choices": [7]}'), CallOutcome.MALFORMED, True, 1),
        (Reply(body=b"[" * 100_000), CallOutcome.MALFORMED, True, 1),
        (HUGE, CallOutcome.TOO_LARGE, True, 1),
        (said(""), CallOutcome.EMPTY, False, 1),
        (said(None), CallOutcome.EMPTY, False, 1),
        (said(None, refusal="I cannot help"), CallOutcome.REFUSED, False, 1),
        (refused(401), CallOutcome.WRONG_KEY, False, 1),
        (refused(403), CallOutcome.WRONG_KEY, False, 1),
        (refused(404), CallOutcome.NOT_FOUND, False, 1),
        (refused(400, "max_tokens too large"), CallOutcome.REJECTED, False, 1),
        (refused(302, Location="http://127.0.0.1:1/"), CallOutcome.REJECTED, False, 1),
        (refused(500), CallOutcome.SERVER_ERROR, False, 3),
        (refused(503), CallOutcome.SERVER_ERROR, False, 3),
        (refused(429), CallOutcome.RATE_LIMITED, False, 3),
        (Reply(drop=True), CallOutcome.CONNECTION, True, 1),
        (Reply(body=b"{", half=True), CallOutcome.CONNECTION, True, 1),
    ],
)
def test_what_goes_wrong_is_named_and_only_what_cost_nothing_is_asked_again(
    server: ModelServer, reply: Reply, outcome: CallOutcome, sent: bool, n_asked: int
) -> None:
    server.behave = lambda body, n: reply
    (answer,) = asked(server.url)
    assert (answer.outcome, answer.sent, len(server.asked)) == (outcome, sent, n_asked)


def test_a_busy_endpoint_is_asked_again_until_it_answers(server: ModelServer) -> None:
    replies = [refused(429, Retry_After="0"), refused(500), said("结论：B")]
    server.behave = lambda body, n: replies[n]
    (answer,) = asked(server.url)
    assert (answer.outcome, answer.text, len(server.asked)) == (CallOutcome.ANSWERED, "结论：B", 3)


def test_after_retry_after_nobody_asks_before_the_time_is_up() -> None:
    stop, stopped = Event(), Event()
    pace = Pace(None, stop)
    pace.hold(3600)

    def ask() -> None:
        try:
            pace.wait()
        except Stopped:
            stopped.set()

    thread = Thread(target=ask, daemon=True)
    thread.start()
    assert not stopped.is_set()
    stop.set()
    thread.join(10)
    assert stopped.is_set()


@pytest.mark.parametrize("reply", [Reply(drip=True), Reply(body=b"{", drip=True)])
def test_a_server_that_drips_is_cut_off_by_the_clock(server: ModelServer, reply: Reply) -> None:
    server.behave = lambda body, n: reply
    (answer,) = asked(server.url, timeout=0.5)
    assert (answer.outcome, answer.sent) == (CallOutcome.TIMEOUT, True)


def test_a_server_that_never_answers_is_given_up(server: ModelServer) -> None:
    never = Event()
    server.behave = lambda body, n: said("zu spät") if never.wait(30) else refused(500)
    (answer,) = asked(server.url, timeout=0.5)
    never.set()
    assert (answer.outcome, answer.sent) == (CallOutcome.TIMEOUT, True)


def test_an_endpoint_that_is_down_was_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (answer,) = asked(f"http://127.0.0.1:{port}/v1", tries=2)
    assert (answer.outcome, answer.sent) == (CallOutcome.CONNECTION, False)


def test_a_connection_that_was_closed_while_idle_is_opened_anew_and_loses_no_question(server: ModelServer) -> None:
    server.behave = lambda body, n: Reply(body=said(str(n)).body, headers={"Connection": "close"})
    answers = asked(server.url, times=3)
    assert [(answer.outcome, answer.text) for answer in answers] == [(CallOutcome.ANSWERED, str(n)) for n in range(3)]
    assert len(server.asked) == 3


def test_one_connection_carries_question_after_question(server: ModelServer) -> None:
    server.behave = lambda body, n: said(str(n)) if n % 2 else refused(500)
    answers = asked(server.url, times=3, tries=1)
    assert [answer.outcome for answer in answers] == ["server_error", "answered", "server_error"]
    server.behave = lambda body, n: said("好")
    assert {answer.outcome for answer in asked(server.url, times=20, tries=1)} == {CallOutcome.ANSWERED}
    assert server.n_connections <= 4


def test_a_key_that_an_endpoint_repeats_is_not_passed_on(server: ModelServer) -> None:
    server.behave = lambda body, n: refused(401, f"Incorrect API key: {KEY}") if n == 0 else said(f"your key is {KEY}")
    wrong, chatty = asked(server.url, times=2)
    assert "Incorrect API key" in wrong.detail
    assert "your key is" in chatty.text
    assert KEY not in wrong.detail + chatty.text
    assert KEY not in repr(ChatEndpoint(server.url, "m", key=KEY))


def test_nothing_is_sent_once_the_work_is_stopped(server: ModelServer) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        asked(server.url, stop=stop)
    assert server.asked == []
