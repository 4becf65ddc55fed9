"""A local model answers as an OpenAI-compatible endpoint, asked by the client that the platform's judges ask with."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from annotate.domain.states import CallOutcome
from annotate.judges.chat import ChatClient, ChatEndpoint
from annotate.judges.pace import Pace
from annotate.judges.watch import Watch
from rm_training.engine.generate import Sampling, Writer
from rm_training.engine.model import Runtime
from rm_training.engine.serve import MOST_BYTES

MAX_TOKENS = 12


@pytest.fixture(scope="module")
def talkative(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny base with louder layers: as drawn, its likeliest next token is the last one again."""
    folder = tmp_path_factory.mktemp("talkative")
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(base)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if ".layers." in name and parameter.dim() == 2:
                parameter.mul_(12)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def address(talkative: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "rm_training.engine.serve", "--model", str(talkative), "--name", "小模型"]
    command += ["--port", "0", "--device", "cpu"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        assert said, "the server ended before it listened"
        yield said.split()[-1]
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def request(address: str, body: bytes, path: str = "/chat/completions") -> tuple[int, dict[str, Any]]:
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
    connection.request("POST", url.path + path, body)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def asked(**changes: Any) -> bytes:
    given = {"model": "小模型", "messages": [{"role": "user", "content": "你好"}], "max_tokens": MAX_TOKENS}
    return json.dumps(given | changes).encode()


def literal(base: Path, question: str) -> tuple[str, int, int]:
    """The likeliest answer token by token, without a batch, a cache or generate: text, tokens asked, tokens written."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base).eval()
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], tokenize=False, add_generation_prompt=True
    )
    start = tokenizer(text, add_special_tokens=False)["input_ids"]
    tokens = list(start)
    while len(tokens) < len(start) + MAX_TOKENS:
        with torch.inference_mode():
            tokens.append(int(model(torch.tensor([tokens])).logits[0, -1].argmax()))
        if tokens[-1] == tokenizer.eos_token_id:
            break
    written = tokens[len(start) :]
    return tokenizer.decode(written, skip_special_tokens=True), len(start), len(written)


def test_questions_answered_together_are_answered_as_each_alone(address: str, talkative: Path) -> None:
    questions = [f"{'请问' * n}第 {n} 个问题：{n} 加 {n} 等于多少？" for n in range(1, 9)]
    endpoint = ChatEndpoint(address, "小模型", temperature=0.0, max_tokens=MAX_TOKENS, timeout=120.0)
    with Watch() as watch:

        def ask(question: str) -> Any:
            return ChatClient(endpoint, Pace(None, Event()), watch).ask([{"role": "user", "content": question}])

        with ThreadPoolExecutor(len(questions)) as crew:
            answers = list(crew.map(ask, questions))
    expected = [literal(talkative, question) for question in questions]
    found = [(one.text, one.prompt_tokens, one.completion_tokens) for one in answers]
    assert found == expected
    assert {one.outcome for one in answers} == {CallOutcome.ANSWERED}
    assert len({one.text for one in answers}) > 1


def test_a_question_that_leaves_little_room_does_not_cut_the_answers_beside_it(talkative: Path) -> None:
    writer = Writer.load(str(talkative), Runtime.choose("cpu", "fp32"), batch=8)
    greedy = Sampling(temperature=0.0, max_tokens=MAX_TOKENS)
    short, long = [{"role": "user", "content": "你好"}], {"role": "user", "content": ""}
    while writer.limit - len(writer._tokens([long])) > 3:
        long["content"] += "字"
    with ThreadPoolExecutor(9) as crew:
        # While the first is at work the others gather.
        crew.submit(writer.write, short, Sampling(temperature=0.0, max_tokens=200))
        cut = [crew.submit(writer.write, [long], greedy) for _ in range(2)]
        whole = [crew.submit(writer.write, short, greedy) for _ in range(2)]
    writer.close()
    expected = literal(talkative, "你好")
    assert [(one.text, one.prompt_tokens, one.completion_tokens) for one in (f.result() for f in whole)] == [
        expected
    ] * 2
    assert {f.result().completion_tokens for f in cut} <= {1, 2, 3}


def test_a_temperature_draws_answers_that_differ(address: str) -> None:
    said = {request(address, asked(temperature=2.0))[1]["choices"][0]["message"]["content"] for _ in range(4)}
    assert len(said) > 1


def test_an_answer_cut_short_says_so(address: str) -> None:
    status, answer = request(address, asked(max_tokens=1, temperature=2.0))
    assert status == 200
    assert answer["usage"]["completion_tokens"] == 1
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (asked(model="gpt-4"), 404, "model_not_found"),
        (asked(stream=True), 400, "not_supported"),
        (asked(n=2), 400, "not_supported"),
        (asked(messages=[]), 400, "invalid_messages"),
        (asked(messages=[{"role": "tool", "content": "x"}]), 400, "invalid_messages"),
        (asked(messages=[{"role": "user", "content": ["x"]}]), 400, "invalid_messages"),
        (asked(temperature=-1), 400, "invalid_value"),
        (asked(max_tokens="12"), 400, "invalid_value"),
        (asked(messages=[{"role": "user", "content": "很长" * 5000}]), 400, "too_long"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong_and_the_server_goes_on(
    address: str, body: bytes, status: int, code: str
) -> None:
    refused = request(address, body)
    assert (refused[0], refused[1]["error"]["code"]) == (status, code)
    assert request(address, asked())[0] == 200


def test_a_request_of_many_megabytes_is_refused_unread(address: str) -> None:
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
    connection.putrequest("POST", f"{url.path}/chat/completions")
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_another_address_is_not_there(address: str) -> None:
    assert request(address, asked(), "/completions")[0] == 404


def test_a_folder_without_a_language_model_and_a_port_in_use_end_with_the_reason(
    address: str, base: Path, tmp_path: Path
) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    (tmp_path / "config.json").write_text("{}")
    port = str(urlsplit(address).port)
    for arguments, code in ((["--model", str(tmp_path)], "pickle_refused"),
                            (["--model", str(base), "--port", port], "address_not_free")):  # fmt: skip
        command = [sys.executable, "-m", "rm_training.engine.serve", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 2
        assert f"error: {code}: " in done.stderr
