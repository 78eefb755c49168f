"""Public values to protobuf messages, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from . import errors, types
from .v1 import gateway_pb2, meta_pb2, types_pb2

C = TypeVar("C")

_ROLES = {
    "system": types_pb2.ROLE_SYSTEM, "user": types_pb2.ROLE_USER, "assistant": types_pb2.ROLE_ASSISTANT,
    "tool": types_pb2.ROLE_TOOL, "function": types_pb2.ROLE_FUNCTION,
}
_FINISH = {1: "stop", 2: "length", 3: "tool_calls", 4: "content_filter"}
_CACHE = {1: "bypass", 2: "miss", 3: "hit", 4: "stale", 5: "coalesced"}
_SAMPLING = ("temperature", "top_p", "max_tokens", "seed", "presence_penalty", "frequency_penalty", "n", "user")


_PRIORITIES = {
    "interactive": types_pb2.PRIORITY_INTERACTIVE, "normal": types_pb2.PRIORITY_NORMAL, "batch": types_pb2.PRIORITY_BATCH,
}
_CACHE_MODES = {
    "off": types_pb2.CACHE_MODE_OFF, "on": types_pb2.CACHE_MODE_ON, "read_only": types_pb2.CACHE_MODE_READ_ONLY,
    "write_only": types_pb2.CACHE_MODE_WRITE_ONLY,
}


def choose(name: str, word: str, known: Mapping[str, C]) -> C:
    """The protocol's value of a word; a word that there is not is the program's mistake."""
    if word not in known:
        raise ValueError(f"{name} {word!r} is none of {', '.join(known)}")
    return known[word]


def milliseconds(name: str, seconds: float, *, least: int = 0) -> int:
    """`least`: what a time that is shorter becomes; with 0, zero is allowed."""
    if not (0 if least == 0 else 1e-12) <= seconds < 2**53:
        raise ValueError(f"{name} is a number of seconds {'from' if least == 0 else 'above'} 0")
    return max(least, round(seconds * 1000))


def priority(word: types.Priority) -> types_pb2.Priority:
    return choose("priority", word, _PRIORITIES)


def fill_cache_control(message: types_pb2.CacheControl, control: types.CacheControl) -> None:
    # Also where nothing is wanted.
    message.SetInParent()
    if control.mode is not None:
        message.mode = choose("mode", control.mode, _CACHE_MODES)
    if control.max_age is not None:
        message.max_age_ms = milliseconds("max_age", control.max_age)
    if control.ttl is not None:
        message.ttl_ms = milliseconds("ttl", control.ttl, least=1)
    if control.no_store is not None:
        message.no_store = control.no_store
    if control.only_if_cached is not None:
        message.only_if_cached = control.only_if_cached
    if control.stale_if_error is not None:
        message.stale_if_error_ms = milliseconds("stale_if_error", control.stale_if_error)
    if control.semantic is not None:
        message.semantic = control.semantic
    message.tags.extend(control.tags)


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# Requests


def chat_request(
    messages: types.Messages,
    *,
    model: str | None = None,
    tools: Sequence[types.Tool] = (),
    tool_choice: str | None = None,
    parallel_tool_calls: bool | None = None,
    response_format: str | Mapping[str, Any] | None = None,
    stop: str | Sequence[str] = (),
    logit_bias: Mapping[str, float] | None = None,
    extra: Mapping[str, Any] | None = None,
    stream: bool = False,
    **sampling: Any,
) -> gateway_pb2.ChatRequest:
    request = gateway_pb2.ChatRequest()
    if model is not None:
        request.model = model
    for message in _message_list(messages):
        _fill_message(request.messages.add(), message)
    _fill_sampling(request.sampling, stop, logit_bias, sampling)
    for tool in tools:
        entry = request.tools.add(name=tool.name)
        if tool.description is not None:
            entry.description = tool.description.encode()
        if tool.parameters is not None:
            entry.parameters = _json_bytes(tool.parameters)
        if tool.strict is not None:
            entry.strict = tool.strict
    if tool_choice is not None:
        modes = gateway_pb2.ToolChoice
        named = {"auto": modes.AUTO, "none": modes.NONE, "required": modes.REQUIRED}
        if tool_choice in named:
            request.tool_choice.mode = named[tool_choice]
        else:
            request.tool_choice.mode = modes.NAMED
            request.tool_choice.name = tool_choice
    if parallel_tool_calls is not None:
        request.parallel_tool_calls = parallel_tool_calls
    if response_format is not None:
        _fill_format(request.response_format, response_format)
    if extra is not None:
        request.extra = _json_bytes(extra)
    if stream:
        request.stream = True
    return request


def complete_request(
    prompt: str,
    *,
    model: str | None = None,
    suffix: str | None = None,
    echo: bool | None = None,
    stop: str | Sequence[str] = (),
    logit_bias: Mapping[str, float] | None = None,
    extra: Mapping[str, Any] | None = None,
    stream: bool = False,
    **sampling: Any,
) -> gateway_pb2.CompleteRequest:
    request = gateway_pb2.CompleteRequest(prompt=prompt.encode())
    if model is not None:
        request.model = model
    if suffix is not None:
        request.suffix = suffix.encode()
    if echo is not None:
        request.echo = echo
    _fill_sampling(request.sampling, stop, logit_bias, sampling)
    if extra is not None:
        request.extra = _json_bytes(extra)
    if stream:
        request.stream = True
    return request


def embed_request(
    inputs: str | Sequence[str],
    *,
    model: str | None = None,
    dimensions: int | None = None,
    user: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> gateway_pb2.EmbedRequest:
    texts = [inputs] if isinstance(inputs, str) else inputs
    request = gateway_pb2.EmbedRequest(inputs=[text.encode() for text in texts])
    if model is not None:
        request.model = model
    if dimensions is not None:
        request.dimensions = dimensions
    if user is not None:
        request.user = user
    if extra is not None:
        request.extra = _json_bytes(extra)
    return request


def _message_list(messages: types.Messages) -> list[types.Message]:
    if isinstance(messages, str):
        return [types.Message("user", messages)]
    if isinstance(messages, types.Message):
        return [messages]
    return [entry if isinstance(entry, types.Message) else _openai_message(entry) for entry in messages]


def _openai_message(entry: Mapping[str, Any]) -> types.Message:
    """A message as the OpenAI API writes it."""
    known = {"role", "content", "name", "tool_call_id", "tool_calls"}
    content = entry.get("content")
    if content is not None and not isinstance(content, str):
        content = [_openai_part(part) for part in content]
    calls = [
        types.ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in entry.get("tool_calls") or ()
    ]
    extra = {key: value for key, value in entry.items() if key not in known}
    return types.Message(
        entry["role"], content, entry.get("name"), entry.get("tool_call_id"), calls, extra or None
    )


def _openai_part(part: Mapping[str, Any]) -> types.Part:
    if part.get("type") == "text":
        return types.TextPart(part["text"])
    if part.get("type") == "image_url":
        return types.ImagePart(part["image_url"]["url"], part["image_url"].get("detail"))
    return types.JSONPart(json.dumps(part, ensure_ascii=False))


def _fill_message(target: types_pb2.Message, message: types.Message) -> None:
    if message.role not in _ROLES:
        raise ValueError(f"role {message.role!r} is none of {', '.join(_ROLES)}")
    target.role = _ROLES[message.role]
    if isinstance(message.content, str):
        target.text = message.content.encode()
    elif message.content is not None:
        for part in message.content:
            entry = target.parts.add()
            if isinstance(part, types.TextPart):
                entry.text = part.text.encode()
            elif isinstance(part, types.ImagePart):
                entry.image.url = part.url.encode()
                if part.detail is not None:
                    entry.image.detail = part.detail
            else:
                entry.json = part.json.encode()
    if message.name is not None:
        target.name = message.name
    if message.tool_call_id is not None:
        target.tool_call_id = message.tool_call_id
    for call in message.tool_calls:
        target.tool_calls.add(id=call.id, name=call.name, arguments=call.arguments.encode())
    if message.extra is not None:
        target.extra = _json_bytes(message.extra)


def _fill_sampling(
    target: gateway_pb2.Sampling,
    stop: str | Sequence[str],
    logit_bias: Mapping[str, float] | None,
    values: Mapping[str, Any],
) -> None:
    for name, value in values.items():
        if name not in _SAMPLING:
            raise TypeError(f"unknown parameter {name!r}; what the upstream alone knows goes into extra")
        if value is not None:
            setattr(target, name, value)
    for text in [stop] if isinstance(stop, str) else stop:
        target.stop.append(text.encode())
    for token, bias in (logit_bias or {}).items():
        target.logit_bias.add(token=str(token), bias=bias)


def _fill_format(target: gateway_pb2.ResponseFormat, value: str | Mapping[str, Any]) -> None:
    """ "text", "json_object", or a mapping with name, schema and, if wanted, description and strict."""
    kinds = gateway_pb2.ResponseFormat
    if isinstance(value, str):
        named = {"text": kinds.TEXT, "json_object": kinds.JSON_OBJECT}
        if value not in named:
            raise ValueError(f'response_format {value!r} is neither "text" nor "json_object" nor a mapping')
        target.kind = named[value]
        return
    target.kind = kinds.JSON_SCHEMA
    target.name = value["name"]
    target.schema = _json_bytes(value["schema"])
    if value.get("description") is not None:
        target.description = value["description"].encode()
    if value.get("strict") is not None:
        target.strict = value["strict"]


# Replies


def _text(data: bytes) -> str:
    return data.decode("utf-8")


def _optional_text(message: Any, name: str) -> str | None:
    return _text(getattr(message, name)) if message.HasField(name) else None


def _finish(message: Any) -> str | None:
    if not message.HasField("finish_reason"):
        return None
    return _FINISH.get(message.finish_reason) or message.finish_detail


def _usage(message: Any) -> types.Usage | None:
    if not message.HasField("usage"):
        return None
    names = ("input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens", "total_tokens")
    return types.Usage(*(getattr(message.usage, name) if message.usage.HasField(name) else None for name in names))


def _info(message: Any) -> types.ReplyInfo:
    info = message.info
    latency = None
    if info.HasField("latency"):
        first = info.latency.first_token_us / 1e6 if info.latency.HasField("first_token_us") else None
        latency = types.Latency(
            info.latency.queue_us / 1e6, first, info.latency.total_us / 1e6, info.latency.overhead_us / 1e6
        )
    return types.ReplyInfo(
        info.request_id or None, info.model or None, info.upstream_model or None, info.provider or None,
        info.attempts, latency, _CACHE.get(info.cache), info.upstream_id or None, info.source or None,
        tuple(_attempt(attempt) for attempt in info.path),
        types.Cost(info.cost.micros, info.cost.currency) if info.HasField("cost") else None,
        info.cache_age_ms / 1000 if info.HasField("cache_age_ms") else None, info.cache_key or None,
        info.cache_similarity if info.HasField("cache_similarity") else None, info.usage_source or None,
    )


def _attempt(attempt: types_pb2.AttemptInfo) -> types.Attempt:
    return types.Attempt(
        attempt.model, attempt.deployment, attempt.provider, attempt.reason or None,
        attempt.http_status if attempt.HasField("http_status") else None, attempt.wait_us / 1e6, attempt.duration_us / 1e6,
        attempt.first_token_us / 1e6 if attempt.HasField("first_token_us") else None, attempt.hedge,
    )


def _tool_calls(calls: Any) -> tuple[types.ToolCall, ...]:
    return tuple(types.ToolCall(call.id, call.name, _text(call.arguments), call.index) for call in calls)


def chat_reply(data: bytes) -> types.ChatReply:
    return _chat_reply(gateway_pb2.ChatReply.FromString(data))


def _chat_reply(message: gateway_pb2.ChatReply) -> types.ChatReply:
    choices = tuple(
        types.ChatChoice(
            choice.index, _optional_text(choice, "text"), _tool_calls(choice.tool_calls), _finish(choice),
            _optional_text(choice, "refusal"), _optional_text(choice, "reasoning"),
        )
        for choice in message.choices
    )
    return types.ChatReply(choices, _usage(message), _info(message))


def chat_chunk(data: bytes) -> types.ChatChunk:
    chunk = gateway_pb2.ChatChunk.FromString(data)
    return types.ChatChunk(
        chunk.index, _text(chunk.text), _tool_calls(chunk.tool_calls), _finish(chunk),
        _optional_text(chunk, "refusal"), _optional_text(chunk, "reasoning"),
    )


def complete_reply(data: bytes) -> types.CompleteReply:
    message = gateway_pb2.CompleteReply.FromString(data)
    choices = tuple(types.CompleteChoice(c.index, _text(c.text), _finish(c)) for c in message.choices)
    return types.CompleteReply(choices, _usage(message), _info(message))


def complete_chunk(data: bytes) -> types.CompleteChoice:
    chunk = gateway_pb2.CompleteChunk.FromString(data)
    return types.CompleteChoice(chunk.index, _text(chunk.text), _finish(chunk))


def embed_reply(data: bytes) -> types.EmbedReply:
    message = gateway_pb2.EmbedReply.FromString(data)
    vectors = tuple(tuple(embedding.values) for embedding in message.embeddings)
    return types.EmbedReply(vectors, _usage(message), _info(message), message.merged_calls)


def _progress(message: gateway_pb2.BatchProgress) -> types.BatchProgress:
    return types.BatchProgress(message.total, message.succeeded, message.failed)


def batch_event(data: bytes) -> types.BatchEvent:
    event = gateway_pb2.BatchEvent.FromString(data)
    if event.WhichOneof("kind") == "progress":
        return _progress(event.progress)
    result = event.result
    if result.status.code != 0:
        return types.BatchResult(result.index, None, errors.from_status(result.status))
    return types.BatchResult(result.index, _chat_reply(result.reply), None)


def batch_reply(data: bytes) -> types.BatchReply:
    message = gateway_pb2.BatchReply.FromString(data)
    return types.BatchReply(_progress(message.progress), _usage(message))


def model_list(data: bytes) -> list[types.ModelInfo]:
    return [
        types.ModelInfo(
            model.name, tuple(model.aliases), model.provider, model.upstream_model,
            model.context_length if model.HasField("context_length") else None, tuple(model.capabilities),
            model.is_default,
        )
        for model in gateway_pb2.ListModelsReply.FromString(data).models
    ]


def service_info(data: bytes) -> types.ServiceInfo:
    message = meta_pb2.GetInfoReply.FromString(data)
    return types.ServiceInfo(
        message.version, (message.protocol_major, message.protocol_minor),
        {method.name: method.number for method in message.methods},
    )
