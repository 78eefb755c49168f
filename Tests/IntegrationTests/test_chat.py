"""Chat and Complete: what goes upstream, and what comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import KEY, PROMPT, SECRET_WORD, configuration
from harness.processes import Simulator
from harness.upstream import Exchange, chat_chunk, chat_reply
from llmgw import Client, GatewayError, ImagePart, JSONPart, Message, TextPart, Tool, ToolCall

WEATHER = Tool("get_weather", "天气", {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}})


def test_unary(daemon: StartDaemon, sim: Simulator) -> None:
    reply = daemon(configuration(sim.base_url)).client().chat(PROMPT)
    assert reply.text.startswith("(simulated) 你问：") and SECRET_WORD in reply.text
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None and reply.usage.output_tokens == 24
    assert reply.usage.input_tokens and reply.usage.total_tokens == reply.usage.input_tokens + 24
    info = reply.info
    assert (info.model, info.upstream_model, info.provider, info.attempts, info.cache) == ("sim", "sim", "up", 1, "bypass")
    assert info.request_id and info.upstream_id
    assert info.latency is not None and info.latency.total >= info.latency.overhead > 0
    assert sim.counts("sim")["completed"] == 1


def test_a_batch_with_the_concurrency_0_has_the_daemons(daemon: StartDaemon, sim: Simulator) -> None:
    with daemon(configuration(sim.base_url)).client().batch([PROMPT, PROMPT], max_concurrency=0) as events:
        list(events)
        assert events.reply.progress.succeeded == 2


def test_stream_says_the_same_as_unary(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url)).client()
    with client.stream_chat(PROMPT) as stream:
        chunks = list(stream)
        assert (stream.head.model, stream.head.provider) == ("sim", "up")
    whole = client.chat(PROMPT)
    assert "".join(chunk.text for chunk in chunks) == whole.text
    assert len(chunks) > 20, "the answer came in pieces"
    assert stream.reply.usage == whole.usage
    assert [choice.finish_reason for choice in stream.reply.choices] == ["stop"]
    assert stream.head.request_id == stream.reply.info.request_id
    assert stream.reply.info.latency is not None and stream.reply.info.latency.first_token is not None


def test_asyncio_client(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url))

    async def ask() -> tuple[str, str]:
        async with gateway.async_client() as client:
            async with await client.stream_chat(PROMPT) as stream:
                text = "".join([chunk.text async for chunk in stream])
            return text, (await client.chat(PROMPT)).text

    streamed, whole = asyncio.run(ask())
    assert streamed == whole


@pytest.mark.parametrize("text", [
    "你好，世界！", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 é é", 'a "quoted" \\ line\n\tand \u2028 more', "NUL \0 inside", "עברית العربية",
], ids=["chinese", "beyond the plane", "escapes", "nul", "right to left"])
def test_text_comes_back_as_it_went(daemon: StartDaemon, sim: Simulator, text: str) -> None:
    client = daemon(configuration(sim.base_url, "sim-echo")).client()
    assert client.chat(text).text == text
    with client.stream_chat(text) as stream:
        assert "".join(chunk.text for chunk in stream) == text


def test_split_in_the_middle_of_a_character(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """However the bytes arrive, every chunk is whole text."""
    stream = "".join(f"data: {json.dumps(chat_chunk({'content': text}), ensure_ascii=False)}\r\n\r\n" for text in ("你好", "👋🏽"))
    data = f": 注释\n\n{stream}data: {json.dumps(chat_chunk({}, finish='stop'))}\n\ndata: [DONE]\n\n".encode()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        for index in range(len(data)):
            exchange.chunk(data[index : index + 1])
        exchange.send("0\r\n\r\n")

    client = daemon(configuration(upstream(script).base_url)).client()
    with client.stream_chat(PROMPT) as chunks:
        assert [chunk.text for chunk in chunks if chunk.text] == ["你好", "👋🏽"]


def test_presence_of_parameters(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """What the caller leaves out is left out; a zero is not nothing."""
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    client = daemon(configuration(up.base_url, "m")).client()
    client.chat(PROMPT)
    client.chat(PROMPT, temperature=0.0, seed=0, presence_penalty=0.0, max_tokens=7, top_p=0.5, stop=["停", "\n"], n=1,
                frequency_penalty=-0.5, logit_bias={"50256": -100.0}, user="用户", parallel_tool_calls=False)
    bare, full = (request.json for request in up.requests)
    assert bare == {"model": "m", "messages": [{"role": "user", "content": PROMPT}]}
    expected = {
        "temperature": 0, "seed": 0, "presence_penalty": 0, "max_tokens": 7, "top_p": 0.5, "stop": ["停", "\n"], "n": 1,
        "frequency_penalty": -0.5, "logit_bias": {"50256": -100}, "user": "用户", "parallel_tool_calls": False,
    }
    assert {key: full[key] for key in expected} == expected
    assert set(full) == {"model", "messages", *expected}
    request = up.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"].startswith("application/json")


def test_streams_ask_for_usage(daemon: StartDaemon, upstream: StartUpstream) -> None:
    usage = {
        "prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12, "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("好")
        exchange.event(chat_chunk({}, finish="length"))
        exchange.event({"id": "chatcmpl-1", "model": "scripted-1", "choices": [], "usage": usage})
        exchange.end_stream()

    up = upstream(script)
    with daemon(configuration(up.base_url)).client().stream_chat(PROMPT) as stream:
        assert "".join(chunk.text for chunk in stream) == "好"
    assert up.requests[0].json["stream"] is True
    assert up.requests[0].json["stream_options"] == {"include_usage": True}
    counted = stream.reply.usage
    assert counted is not None
    assert (counted.input_tokens, counted.output_tokens, counted.total_tokens) == (9, 3, 12)
    assert (counted.cached_input_tokens, counted.reasoning_tokens) == (4, 2)
    assert stream.reply.choices[0].finish_reason == "length"


def test_usage_is_never_invented(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url, "sim-usage-missing")).client()
    assert client.chat(PROMPT).usage is None
    with client.stream_chat(PROMPT) as stream:
        assert list(stream)
    assert stream.reply.usage is None


def test_tool_calls(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url)).client()
    prompt = f"{SECRET_WORD} get_weather for '北京' for 3 days"
    (call,) = client.chat(prompt, tools=[WEATHER]).tool_calls
    assert call.name == "get_weather" and call.id
    assert json.loads(call.arguments) == {"city": "北京", "days": 3}
    with client.stream_chat(prompt, tools=[WEATHER]) as stream:
        pieces = [piece for chunk in stream for piece in chunk.tool_calls]
    assert len(pieces) > 2, "the arguments came in pieces"
    assert (pieces[0].id, pieces[0].name) == (call.id, call.name)
    assert "".join(piece.arguments for piece in pieces) == call.arguments
    assert stream.reply.choices[0].finish_reason == "tool_calls"


def test_deltas_of_several_calls_keep_apart(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def piece(index: int, arguments: str, **start: Any) -> dict[str, Any]:
        return chat_chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments, **start.pop("function", {})}, **start}]})

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.event(piece(0, "", id="call_a", type="function", function={"name": "f"}))
        exchange.event(piece(1, "{", id="call_b", type="function", function={"name": "g"}))
        for index, text in [(0, '{"城'), (1, '"x"'), (0, '市":1}'), (1, ":2}")]:
            exchange.event(piece(index, text))
        exchange.event(chat_chunk({}, finish="tool_calls"))
        exchange.end_stream()

    client = daemon(configuration(upstream(script).base_url)).client()
    merged: dict[int, list[str]] = {}
    with client.stream_chat(PROMPT, tools=[WEATHER]) as stream:
        for chunk in stream:
            for call in chunk.tool_calls:
                entry = merged.setdefault(call.index, ["", "", ""])
                for place, text in enumerate((call.id, call.name, call.arguments)):
                    entry[place] += text
    assert merged == {0: ["call_a", "f", '{"城市":1}'], 1: ["call_b", "g", '{"x":2}']}


def test_tools_and_conversation_on_the_wire(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    client = daemon(configuration(up.base_url)).client()
    client.chat(
        [
            Message("system", "简短"),
            Message("user", PROMPT, name="anna"),
            Message("assistant", None, tool_calls=[ToolCall("call_1", "get_weather", '{"city": "北京"')]),
            Message("tool", "晴", tool_call_id="call_1"),
        ],
        tools=[WEATHER, Tool("bare"), Tool("strict", parameters={"type": "object"}, strict=True)], tool_choice="get_weather",
    )
    body = up.requests[0].json
    assert body["messages"] == [
        {"role": "system", "content": "简短"},
        {"role": "user", "content": PROMPT, "name": "anna"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "北京"'}},
        ]},
        {"role": "tool", "content": "晴", "tool_call_id": "call_1"},
    ]
    assert body["tools"][0] == {
        "type": "function",
        "function": {"name": "get_weather", "description": "天气", "parameters": WEATHER.parameters},
    }
    assert body["tools"][1] == {"type": "function", "function": {"name": "bare"}}
    assert body["tools"][2]["function"]["strict"] is True
    assert body["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}


@pytest.mark.parametrize("choice", ["auto", "none", "required"])
def test_tool_choice(daemon: StartDaemon, upstream: StartUpstream, choice: str) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    daemon(configuration(up.base_url)).client().chat(PROMPT, tools=[WEATHER], tool_choice=choice)
    assert up.requests[0].json["tool_choice"] == choice


def test_images_travel_as_parts(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 40_000  # Larger than a frame.
    audio = '{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}'
    daemon(configuration(up.base_url)).client().chat(
        Message("user", [TextPart("这是什么？"), ImagePart(picture, "low"), ImagePart("https://example.test/图.png"), JSONPart(audio)])
    )
    assert up.requests[0].json["messages"][0]["content"] == [
        {"type": "text", "text": "这是什么？"},
        {"type": "image_url", "image_url": {"url": picture, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://example.test/图.png"}},
        json.loads(audio),
    ]


def test_extra_passes_untouched(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    extra = {"top_k": 40, "嵌套": {"a": [1, 2.5, None, True], "b": "ü\n"}, "reasoning_effort": "low", "big": 12345678901234567890}
    message = Message("user", PROMPT, extra={"cache_control": {"type": "ephemeral"}})
    daemon(configuration(up.base_url)).client().chat(message, extra=extra)
    body = up.requests[0].json
    assert {key: body[key] for key in extra} == extra
    assert body["messages"][0]["cache_control"] == {"type": "ephemeral"}


@pytest.mark.parametrize("extra", [{"model": "other"}, {"messages": []}, {"stream": True}, {"temperature": 1}])
def test_extra_must_not_repeat_a_field(daemon: StartDaemon, upstream: StartUpstream, extra: dict[str, Any]) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    with pytest.raises(GatewayError) as caught:
        daemon(configuration(up.base_url)).client().chat(PROMPT, temperature=0.5, extra=extra)
    assert caught.value.reason == "llmgw.client.invalid_request"
    assert next(iter(extra)) in caught.value.message
    assert not up.requests


def test_response_format(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply("{}")))
    client = daemon(configuration(up.base_url)).client()
    schema = {"type": "object", "properties": {"名": {"type": "string"}}}
    client.chat(PROMPT, response_format="json_object")
    client.chat(PROMPT, response_format={"name": "person", "schema": schema, "strict": True, "description": "一个人"})
    assert up.requests[0].json["response_format"] == {"type": "json_object"}
    assert up.requests[1].json["response_format"] == {
        "type": "json_schema", "json_schema": {"name": "person", "schema": schema, "strict": True, "description": "一个人"},
    }


def test_structured_answer(daemon: StartDaemon, sim: Simulator) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "population": {"type": "integer"}}}
    reply = daemon(configuration(sim.base_url)).client().chat(
        f"{SECRET_WORD} '北京' 21893095", response_format={"name": "city", "schema": schema}
    )
    assert json.loads(reply.text) == {"city": "北京", "population": 21893095}


def test_several_choices(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url)).client()
    whole = client.chat(PROMPT, n=3)
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    with client.stream_chat(PROMPT, n=3) as stream:
        texts = ["", "", ""]
        for chunk in stream:
            texts[chunk.index] += chunk.text
    assert texts == [choice.text for choice in whole.choices]
    assert [choice.finish_reason for choice in stream.reply.choices] == ["stop"] * 3


def test_finish_reasons(daemon: StartDaemon, upstream: StartUpstream) -> None:
    words = iter(["length", "content_filter", "eos_token"])
    up = upstream(lambda exchange: exchange.reply(chat_reply(finish=next(words))))
    client = daemon(configuration(up.base_url)).client()
    assert [client.chat(PROMPT).choices[0].finish_reason for _ in range(3)] == ["length", "content_filter", "eos_token"]


def test_refusal_and_reasoning(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        if not exchange.request.json.get("stream"):
            return exchange.reply(chat_reply(None, refusal="不行", reasoning_content="想一想"))
        exchange.open_stream()
        for delta in ({"reasoning_content": "想"}, {"reasoning_content": "一想"}, {"refusal": "不行"}):
            exchange.event(chat_chunk(delta))
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    client = daemon(configuration(upstream(script).base_url)).client()
    choice = client.chat(PROMPT).choices[0]
    assert (choice.text, choice.refusal, choice.reasoning) == (None, "不行", "想一想")
    with client.stream_chat(PROMPT) as stream:
        chunks = list(stream)
    assert "".join(chunk.reasoning or "" for chunk in chunks) == "想一想"
    assert "".join(chunk.refusal or "" for chunk in chunks) == "不行"


def test_complete(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url)).client()
    whole = client.complete(PROMPT, max_tokens=9)
    with client.stream_complete(PROMPT, max_tokens=9) as stream:
        assert "".join(chunk.text for chunk in stream) == whole.text
    assert whole.choices[0].finish_reason == stream.reply.choices[0].finish_reason == "length"


def test_complete_on_the_wire(daemon: StartDaemon, upstream: StartUpstream) -> None:
    answer = {"id": "cmpl-1", "model": "scripted-1", "choices": [{"index": 0, "text": "三", "finish_reason": "stop"}]}
    up = upstream(lambda exchange: exchange.reply(answer))
    reply = daemon(configuration(up.base_url, "m")).client().complete("一二", suffix="四", echo=False, extra={"min_p": 0.1})
    assert reply.text == "三"
    assert up.requests[0].path == "/v1/completions"
    assert up.requests[0].json == {"model": "m", "prompt": "一二", "suffix": "四", "echo": False, "min_p": 0.1}


def test_models_names_aliases_and_parameters(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    toml = configuration(up.base_url, "小模型", model={
        "upstream_model": "vendor/model-1", "aliases": ["default", "small"], "context_length": 4096,
        "parameters": {"temperature": 0.25, "stop": ["。"]},
    })
    client = daemon(toml).client()
    (model,) = client.list_models()
    assert (model.name, model.aliases, model.upstream_model) == ("小模型", ("default", "small"), "vendor/model-1")
    assert (model.context_length, model.is_default) == (4096, True)
    for name in (None, "小模型", "small"):
        assert client.chat(PROMPT, model=name, temperature=None).info.model == "小模型"
    client.chat(PROMPT, temperature=0.0, stop=["x"])
    bodies = [request.json for request in up.requests]
    assert all(body["model"] == "vendor/model-1" for body in bodies)
    assert [(body["temperature"], body["stop"]) for body in bodies] == [(0.25, ["。"])] * 3 + [(0, ["x"])]


def test_unknown_model(daemon: StartDaemon, sim: Simulator) -> None:
    with pytest.raises(GatewayError) as caught:
        daemon(configuration(sim.base_url, "gpt-small")).client().chat(PROMPT, model="gpt-smal")
    assert caught.value.reason == "llmgw.client.unknown_model"
    assert "gpt-small" in str(caught.value)
    assert caught.value.not_processed


def test_capabilities(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url, model={"capabilities": ["chat"]})).client()
    assert client.chat(PROMPT).text
    picture = Message("user", [ImagePart("data:image/png;base64,AAAA")])
    refused: list[Callable[[], object]] = [
        lambda: client.chat(picture), lambda: client.chat(PROMPT, tools=[WEATHER]), lambda: client.embed(PROMPT),
        lambda: client.complete(PROMPT), lambda: client.chat(PROMPT, response_format="json_object"),
    ]
    for call in refused:
        with pytest.raises(GatewayError) as caught:
            call()
        assert caught.value.reason == "llmgw.client.unsupported"
    assert sim.counts("sim")["received"] == 1


def test_threads_share_a_connection(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim-echo"))
    client: Client = gateway.client()
    texts = [f"{SECRET_WORD} {number} 号" for number in range(64)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda text: client.chat(text).text, texts)) == texts
    assert client.status().connections == 1
