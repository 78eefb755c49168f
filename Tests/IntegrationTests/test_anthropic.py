"""A provider that speaks Anthropic's Messages API: the same calls, the same answers, the same errors as with any other."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import KEY, PROMPT, SECRET_WORD, configuration
from harness.processes import Simulator
from harness.upstream import Exchange
from llmgw import Client, GatewayError, ImagePart, JSONPart, Message, TextPart, Tool, ToolCall
from llmgw.types import BatchResult

WEATHER = Tool("get_weather", "天气", {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}})
#: A block of a stream as it starts, and its deltas.
Block = tuple[dict[str, Any], list[dict[str, Any]]]
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])


def anthropic(base_url: str, *models: str, max_tokens: int | None = 100, provider: dict[str, Any] | None = None) -> str:
    parameters = {} if max_tokens is None else {"parameters": {"max_tokens": max_tokens}}
    return configuration(base_url, *models, provider={"kind": "anthropic", **(provider or {})}, model=parameters)


def message(*blocks: dict[str, Any], stop: str = "end_turn", **usage: Any) -> dict[str, Any]:
    """A whole answer."""
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "scripted-1", "content": list(blocks), "stop_reason": stop,
        "stop_sequence": None, "usage": usage or {"input_tokens": 9, "output_tokens": 3},
    }


def text(value: str = "好的") -> dict[str, Any]:
    return {"type": "text", "text": value}


def events(*blocks: Block, stop: str = "end_turn", usage: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """A whole stream."""
    start = {**message(input_tokens=9, output_tokens=1), "stop_reason": None}
    said: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for index, (block, deltas) in enumerate(blocks):
        said.append({"type": "content_block_start", "index": index, "content_block": block})
        said += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        said.append({"type": "content_block_stop", "index": index})
    said.append({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage or {"output_tokens": 3}})
    return [*said, {"type": "message_stop"}]


def text_block(*pieces: str) -> Block:
    return text(""), [{"type": "text_delta", "text": piece} for piece in pieces]


def wire(said: list[dict[str, Any]]) -> bytes:
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in said).encode()


def send_stream(exchange: Exchange, said: list[dict[str, Any]]) -> None:
    exchange.open_stream()
    exchange.chunk(wire(said))
    exchange.send("0\r\n\r\n")


def error_of(client: Client, *, stream: bool, **options: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        if stream:
            for _ in client.stream_chat(PROMPT, **options):
                pass
        else:
            client.chat(PROMPT, **options)
    error = caught.value
    assert KEY not in str(error) and PROMPT not in str(error)
    return error


# Answers


@pytest.mark.parametrize("version", ["", "/", "/v1"])
def test_unary(daemon: StartDaemon, sim: Simulator, version: str) -> None:
    client = daemon(anthropic(sim.url + version)).client()
    reply = client.chat(PROMPT)
    assert reply.text.startswith("(simulated) 你问：") and SECRET_WORD in reply.text
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None and reply.usage.output_tokens == 24
    assert reply.usage.input_tokens and reply.usage.total_tokens == reply.usage.input_tokens + 24
    assert (reply.info.upstream_model, reply.info.provider, reply.info.attempts) == ("sim", "up", 1)
    assert reply.info.upstream_id
    assert sim.counts("sim")["completed"] == 1
    assert [provider.kind for provider in client.status().providers] == ["anthropic"]


def test_stream_says_the_same_as_unary(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(anthropic(sim.base_url)).client()
    with client.stream_chat(PROMPT) as stream:
        chunks = list(stream)
    whole = client.chat(PROMPT)
    assert "".join(chunk.text for chunk in chunks) == whole.text
    assert len(chunks) > 20, "the answer came in pieces"
    assert stream.reply.usage == whole.usage
    assert [choice.finish_reason for choice in stream.reply.choices] == ["stop"]
    assert stream.reply.info.upstream_id == whole.info.upstream_id
    assert stream.reply.info.latency is not None and stream.reply.info.latency.first_token is not None


def test_both_dialects_say_the_same(daemon: StartDaemon, sim: Simulator) -> None:
    answers = [daemon(toml).client().chat(PROMPT) for toml in (anthropic(sim.base_url), configuration(sim.base_url))]
    assert answers[0].choices == answers[1].choices
    assert answers[0].usage == answers[1].usage


@pytest.mark.parametrize("value", ["你好，世界！", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 é é", 'a "quoted" \\ line\n\tand \u2028 more', "עברית العربية"])
def test_text_comes_back_as_it_went(daemon: StartDaemon, sim: Simulator, value: str) -> None:
    client = daemon(anthropic(sim.base_url, "sim-echo")).client()
    assert client.chat(value).text == value
    with client.stream_chat(value) as stream:
        assert "".join(chunk.text for chunk in stream) == value


def test_split_in_the_middle_of_a_character(daemon: StartDaemon, upstream: StartUpstream) -> None:
    data = wire(events(text_block("你好", "👋🏽")))

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        for index in range(len(data)):
            exchange.chunk(data[index : index + 1])
        exchange.send("0\r\n\r\n")

    client = daemon(anthropic(upstream(script).base_url)).client()
    with client.stream_chat(PROMPT) as chunks:
        assert [chunk.text for chunk in chunks if chunk.text] == ["你好", "👋🏽"]


def test_many_at_once(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(anthropic(sim.base_url, "sim-echo")).client()
    prompts = [f"{SECRET_WORD} {number} 号" for number in range(32)]
    with client.batch(prompts, max_concurrency=16) as batch:
        results = [event for event in batch if isinstance(event, BatchResult)]
    assert [result.reply and result.reply.text for result in results] == prompts


# Requests


def test_on_the_wire(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(message(text())))
    client = daemon(anthropic(up.base_url, "m", provider={"headers": {"anthropic-beta": "some-feature"}})).client()
    client.chat(PROMPT)
    client.chat(
        [Message("system", "规则"), Message("user", "一"), Message("user", "二"), Message("assistant", "三"), Message("user", PROMPT)],
        max_tokens=7, temperature=0.0, top_p=0.5, stop=["停", "\n"], user="用户", n=1, presence_penalty=0.0,
        extra={"top_k": 40, "thinking": {"type": "enabled", "budget_tokens": 1024}, "big": 12345678901234567890},
    )
    bare, full = (request.json for request in up.requests)
    assert bare == {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": PROMPT}]}
    assert full == {
        "model": "m", "max_tokens": 7, "system": "规则", "temperature": 0, "top_p": 0.5, "stop_sequences": ["停", "\n"],
        "metadata": {"user_id": "用户"}, "top_k": 40, "thinking": {"type": "enabled", "budget_tokens": 1024},
        "big": 12345678901234567890,
        "messages": [
            {"role": "user", "content": [text("一"), text("二")]}, {"role": "assistant", "content": "三"},
            {"role": "user", "content": PROMPT},
        ],
    }
    request = up.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/messages")
    assert (request.headers["x-api-key"], request.headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert request.headers["anthropic-beta"] == "some-feature" and "authorization" not in request.headers


@BOTH
def test_tools(daemon: StartDaemon, sim: Simulator, stream: bool) -> None:
    """The whole way: a call, its result, and the answer to it."""
    client = daemon(anthropic(sim.base_url)).client()
    question = f"{SECRET_WORD}: weather in '巴黎' for 3 days?"
    if stream:
        with client.stream_chat(question, tools=[WEATHER]) as answer:
            deltas = [delta for chunk in answer for delta in chunk.tool_calls]
        reply = answer.reply
        assert {delta.index for delta in deltas} == {0}
        call = ToolCall(deltas[0].id or "", deltas[0].name or "", "".join(delta.arguments for delta in deltas))
    else:
        reply = client.chat(question, tools=[WEATHER])
        (call,) = reply.choices[0].tool_calls
        assert reply.choices[0].text is None
    assert reply.choices[0].finish_reason == "tool_calls"
    assert call.id and call.name == "get_weather"
    assert json.loads(call.arguments) == {"city": "巴黎", "days": 3}
    conversation = [
        Message("user", question), Message("assistant", "", tool_calls=[call]), Message("tool", "晴，21 度", tool_call_id=call.id),
    ]
    answer_to_it = client.chat(conversation, tools=[WEATHER])
    assert "晴，21 度" in answer_to_it.text and answer_to_it.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("choice,parallel,expected", [
    ("auto", None, {"type": "auto"}), ("none", None, {"type": "none"}), ("required", None, {"type": "any"}),
    ({"name": "get_weather"}, None, {"type": "tool", "name": "get_weather"}),
    ("required", False, {"type": "any", "disable_parallel_tool_use": True}),
    (None, False, {"type": "auto", "disable_parallel_tool_use": True}), (None, True, None),
])
def test_tool_choice(
    daemon: StartDaemon, upstream: StartUpstream, choice: Any, parallel: bool | None, expected: dict[str, Any] | None
) -> None:
    up = upstream(lambda exchange: exchange.reply(message(text())))
    named = choice["name"] if isinstance(choice, dict) else choice
    daemon(anthropic(up.base_url)).client().chat(PROMPT, tools=[WEATHER, Tool("bare")], tool_choice=named, parallel_tool_calls=parallel)
    body = up.requests[0].json
    assert body.get("tool_choice") == expected
    assert body["tools"] == [
        {"name": "get_weather", "description": "天气", "input_schema": WEATHER.parameters},
        {"name": "bare", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_images(daemon: StartDaemon, upstream: StartUpstream, sim: Simulator) -> None:
    picture = "iVBORw0KGgo" * 40_000  # Larger than a frame.
    document = '{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "文"}}'
    data_url = f"data:image/png;base64,{picture}"
    parts = (TextPart("这是什么？"), ImagePart(data_url, "auto"), ImagePart("https://example.test/图.png"), JSONPart(document))
    up = upstream(lambda exchange: exchange.reply(message(text())))
    daemon(anthropic(up.base_url)).client().chat(Message("user", parts))
    assert up.requests[0].json["messages"][0]["content"] == [
        text("这是什么？"), {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture}},
        {"type": "image", "source": {"type": "url", "url": "https://example.test/图.png"}}, json.loads(document),
    ]
    usage = daemon(anthropic(sim.base_url)).client().chat(Message("user", parts)).usage
    assert usage is not None and usage.input_tokens is not None and usage.input_tokens > 2 * 85, "the upstream saw two pictures"


@pytest.mark.parametrize("options,field", [
    ({"n": 2}, "sampling.n"), ({"seed": 1}, "sampling.seed"), ({"logit_bias": {"1": 1.0}}, "sampling.logit_bias"),
    ({"presence_penalty": 0.1}, "sampling.presence_penalty"), ({"frequency_penalty": -0.1}, "sampling.frequency_penalty"),
    ({"response_format": "json_object"}, "response_format"), ({"temperature": math.inf}, "sampling.temperature"),
    ({"extra": {"system": "x"}}, "extra.system"), ({"extra": {"max_tokens": 1}}, "extra.max_tokens"),
])
@BOTH
def test_what_cannot_be_said_is_refused(
    daemon: StartDaemon, sim: Simulator, options: dict[str, Any], field: str, stream: bool
) -> None:
    error = error_of(daemon(anthropic(sim.base_url)).client(), stream=stream, **options)
    assert (error.reason, error.retry) == ("llmgw.client.invalid_request", "never")
    assert error.message.startswith(field + " ") and error.not_processed
    assert sim.counts("sim")["received"] == 0


@pytest.mark.parametrize("last,field", [
    (Message("system", "规则"), "messages[1].role"), (Message("user", "a", name="阿"), "messages[1].name"),
    (Message("user", [ImagePart("https://example.test/a.png", "high")]), "messages[1].parts[0].image.detail"),
    (Message("user", [ImagePart("data:image/png,abc")]), "messages[1].parts[0].image.url"),
    (Message("assistant", None, tool_calls=[ToolCall("c", "f", "broken {")]), "messages[1].tool_calls[0].arguments"),
])
def test_messages_that_cannot_be_said_are_refused(daemon: StartDaemon, sim: Simulator, last: Message, field: str) -> None:
    with pytest.raises(GatewayError) as caught:
        daemon(anthropic(sim.base_url)).client().chat([Message("user", PROMPT), last])
    assert caught.value.reason == "llmgw.client.invalid_request"
    assert caught.value.message.startswith(field + " ")
    assert sim.counts("sim")["received"] == 0


def test_the_limit_of_tokens_is_required(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(anthropic(sim.base_url, max_tokens=None)).client()
    error = error_of(client, stream=False)
    assert error.reason == "llmgw.client.invalid_request" and error.message.startswith("sampling.max_tokens ")
    assert client.chat(PROMPT, max_tokens=5).choices[0].finish_reason == "length"


def test_other_methods_are_refused(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(anthropic(sim.base_url)).client()
    for call, method in ((lambda: client.complete(PROMPT), "Complete"), (lambda: client.embed(PROMPT), "Embed")):
        with pytest.raises(GatewayError) as caught:
            call()
        assert caught.value.reason == "llmgw.client.unsupported" and f" {method};" in caught.value.message
        assert caught.value.not_processed and caught.value.retry == "never"
    assert client.chat(PROMPT).text
    assert sim.counts("sim")["received"] == 1, "nothing was sent for them"


# Replies


@BOTH
def test_thinking_and_usage(daemon: StartDaemon, upstream: StartUpstream, stream: bool) -> None:
    counts: dict[str, Any] = {
        "input_tokens": 9, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2, "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 5},
    }
    thinking = {"type": "thinking", "thinking": "想一想", "signature": "AA=="}

    def script(exchange: Exchange) -> None:
        if not exchange.request.json.get("stream"):
            return exchange.reply(message(thinking, text(), **counts))
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in ("想", "一想")]
        deltas.append({"type": "signature_delta", "signature": "AA=="})
        send_stream(exchange, events(({**thinking, "thinking": ""}, deltas), text_block("好", "的"), usage=counts))

    client = daemon(anthropic(upstream(script).base_url)).client()
    if stream:
        with client.stream_chat(PROMPT) as answer:
            chunks = list(answer)
        reply = answer.reply
        assert "".join(chunk.reasoning or "" for chunk in chunks) == "想一想"
        assert "".join(chunk.text or "" for chunk in chunks) == "好的"
    else:
        reply = client.chat(PROMPT)
        assert (reply.choices[0].text, reply.choices[0].reasoning) == ("好的", "想一想")
    usage = reply.usage
    assert usage is not None
    assert (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens) == (15, 4, 7)
    assert (usage.reasoning_tokens, usage.total_tokens) == (5, 22)


@BOTH
def test_finish_reasons(daemon: StartDaemon, upstream: StartUpstream, stream: bool) -> None:
    meaning = {
        "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls", "refusal": "content_filter",
        "pause_turn": "pause_turn", "model_context_window_exceeded": "model_context_window_exceeded",
    }
    words = iter(meaning)

    def script(exchange: Exchange) -> None:
        if stream:
            send_stream(exchange, events(text_block("好"), stop=next(words)))
        else:
            exchange.reply(message(text(), stop=next(words)))

    client = daemon(anthropic(upstream(script).base_url)).client()
    for expected in meaning.values():
        if stream:
            with client.stream_chat(PROMPT) as answer:
                assert [chunk.finish_reason for chunk in answer if chunk.finish_reason] == [expected]
            assert answer.reply.choices[0].finish_reason == expected
        else:
            assert client.chat(PROMPT).choices[0].finish_reason == expected


def test_several_calls_in_a_stream(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def call(id: str, name: str, *pieces: str) -> Block:
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        return {"type": "tool_use", "id": id, "name": name, "input": {}}, deltas

    said = events(text_block("查"), call("t1", "天气", "", '{"城": "巴', '黎"}'), call("t2", "bare", ""), stop="tool_use")
    up = upstream(lambda exchange: send_stream(exchange, said))
    with daemon(anthropic(up.base_url)).client().stream_chat(PROMPT, tools=[WEATHER]) as answer:
        deltas = [delta for chunk in answer for delta in chunk.tool_calls]
    calls = {
        index: (
            next(delta.id for delta in deltas if delta.index == index), next(delta.name for delta in deltas if delta.index == index),
            "".join(delta.arguments for delta in deltas if delta.index == index),
        )
        for index in (0, 1)
    }
    assert calls == {0: ("t1", "天气", '{"城": "巴黎"}'), 1: ("t2", "bare", "{}")}


# Errors


ANSWERS = [
    ("sim-400", "llmgw.upstream.invalid_request", "never", 400),
    ("sim-401", "llmgw.upstream.authentication", "never", 401),
    ("sim-403", "llmgw.upstream.permission_denied", "never", 403),
    ("sim-404", "llmgw.upstream.model_not_found", "never", 404),
    ("sim-413", "llmgw.upstream.request_too_large", "never", 413),
    ("sim-context", "llmgw.upstream.context_length_exceeded", "never", 400),
    ("sim-filter", "llmgw.upstream.content_filtered", "never", 400),
    ("sim-credit", "llmgw.upstream.quota_exhausted", "never", 400),
    ("sim-429", "llmgw.upstream.rate_limited", "after", 429),
    ("sim-429-quota", "llmgw.upstream.quota_exhausted", "never", 429),
    ("sim-429-too-large", "llmgw.upstream.request_too_large", "never", 429),
    ("sim-500", "llmgw.upstream.server_error", "ambiguous", 500),
    ("sim-502-html", "llmgw.upstream.server_error", "ambiguous", 502),
    ("sim-503", "llmgw.upstream.overloaded", "safe", 503),
    ("sim-529", "llmgw.upstream.overloaded", "safe", 529),
    ("sim-error-200", "llmgw.upstream.overloaded", "safe", 200),
    ("sim-garbage", "llmgw.upstream.protocol_error", "ambiguous", None),
    ("sim-close", "llmgw.upstream.connection_lost", "ambiguous", None),
]


@BOTH
@pytest.mark.parametrize("model,reason,retry,status", ANSWERS, ids=[answer[0] for answer in ANSWERS])
def test_errors(daemon: StartDaemon, sim: Simulator, model: str, reason: str, retry: str, status: int | None, stream: bool) -> None:
    error = error_of(daemon(anthropic(sim.base_url, model)).client(), stream=stream)
    assert (error.reason, error.retry, error.upstream_status) == (reason, retry, status)
    assert (error.attempts, error.origin, error.provider, error.model) == (1, "upstream", "up", model)
    assert error.retry_after == (7 if model == "sim-429" else None)
    assert sim.counts(model)["received"] == 1, "nothing is repeated behind the caller's back"


STREAMS = [
    ("sim-cut", "llmgw.upstream.stream_truncated"), ("sim-no-done", "llmgw.upstream.stream_truncated"),
    ("sim-reset-stream", "llmgw.upstream.stream_truncated"), ("sim-garbage-stream", "llmgw.upstream.protocol_error"),
    ("sim-error-stream", "llmgw.upstream.overloaded"),
]


@pytest.mark.parametrize("model,reason", STREAMS, ids=[entry[0] for entry in STREAMS])
def test_streams_that_break(daemon: StartDaemon, sim: Simulator, model: str, reason: str) -> None:
    stream = daemon(anthropic(sim.base_url, model)).client().stream_chat(PROMPT)
    texts = []
    with pytest.raises(GatewayError) as caught:
        for chunk in stream:
            texts.append(chunk.text or "")
    assert caught.value.reason == reason
    assert "".join(texts).startswith("(simulated) "), "what came before the fault reached the caller"
    with pytest.raises(RuntimeError):
        stream.reply


def test_pings_are_no_content(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(anthropic(sim.base_url, "sim-ping", "sim")).client()
    with client.stream_chat(PROMPT, model="sim-ping") as stream:
        assert "".join(chunk.text or "" for chunk in stream) == client.chat(PROMPT, model="sim").text


@BOTH
def test_another_dialect_is_noticed(daemon: StartDaemon, upstream: StartUpstream, stream: bool) -> None:
    def script(exchange: Exchange) -> None:
        if stream:
            exchange.stream("好", "的")
        else:
            exchange.reply({"choices": [{"index": 0, "message": {"content": "好的"}}]})

    error = error_of(daemon(anthropic(upstream(script).base_url)).client(), stream=stream)
    assert error.reason == "llmgw.upstream.protocol_error"


def test_a_spend_limit_tells_when_it_opens(daemon: StartDaemon, upstream: StartUpstream) -> None:
    said = "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC."
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": said}}
    up = upstream(lambda exchange: exchange.reply(body, 400, date="Tue, 31 Mar 2026 23:50:00 GMT"))
    error = error_of(daemon(anthropic(up.base_url)).client(), stream=False)
    assert (error.reason, error.retry, error.retry_after) == ("llmgw.upstream.quota_exhausted", "never", 600)
    assert said in error.message


def test_what_the_upstream_says_is_told_without_the_key(daemon: StartDaemon, upstream: StartUpstream) -> None:
    body = {"type": "error", "error": {"type": "authentication_error", "message": f"invalid x-api-key: {KEY}. 钥匙不对"}}
    error = error_of(daemon(anthropic(upstream(lambda e: e.reply(body, 401)).base_url)).client(), stream=False)
    assert "钥匙不对" in error.message and KEY not in repr(vars(error))
