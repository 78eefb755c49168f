"""The methods: number, how a request is made and a reply is read. What the sync and the asyncio client share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message as ProtobufMessage

from . import _messages as m
from . import types
from .v1 import admin_pb2, gateway_pb2, meta_pb2, wire_pb2

R = TypeVar("R")
C = TypeVar("C")


@dataclass(frozen=True)
class CallSpec(Generic[R, C]):
    """One call: what to send, and how to read what comes."""

    method: int
    body: ProtobufMessage
    read_reply: Callable[[bytes], R]
    read_chunk: Callable[[bytes], C]

    def request(
        self, timeout: float | None, labels: Mapping[str, str], retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
        cache: types.CacheControl | None = None,
    ) -> bytes:
        envelope = wire_pb2.Request(body=self.body.SerializeToString())
        if timeout is not None:
            envelope.timeout_ms = max(1, round(timeout * 1000))
        for key, value in labels.items():
            envelope.labels.add(key=key, value=value)
        if retry_ambiguous is not None:
            envelope.retry_ambiguous = retry_ambiguous
        if priority is not None:
            envelope.priority = m.priority(priority)
        if cache is not None:
            m.fill_cache_control(envelope.cache, cache)
        return envelope.SerializeToString()


def no_chunk(_: bytes) -> None:
    return None


def chat(messages: types.Messages, **options: Any) -> CallSpec[types.ChatReply, types.ChatChunk]:
    return CallSpec(0x0201, m.chat_request(messages, **options), m.chat_reply, m.chat_chunk)


def complete(prompt: str, **options: Any) -> CallSpec[types.CompleteReply, types.CompleteChoice]:
    return CallSpec(0x0202, m.complete_request(prompt, **options), m.complete_reply, m.complete_chunk)


def embed(inputs: str | Sequence[str], **options: Any) -> CallSpec[types.EmbedReply, None]:
    return CallSpec(0x0203, m.embed_request(inputs, **options), m.embed_reply, no_chunk)


def batch(
    items: Iterable[types.Messages | Mapping[str, Any]], max_concurrency: int | None, **options: Any
) -> CallSpec[types.BatchReply, types.BatchEvent]:
    """An item is what `chat` takes; a mapping holds `chat`'s arguments by name."""
    request = gateway_pb2.BatchRequest()
    for item in items:
        arguments = {**options, **item} if isinstance(item, Mapping) else {**options, "messages": item}
        request.items.append(m.chat_request(**arguments))
    if max_concurrency is not None:
        request.max_concurrency = max_concurrency
    return CallSpec(0x0204, request, m.batch_reply, m.batch_event)


def list_models() -> CallSpec[list[types.ModelInfo], None]:
    return CallSpec(0x0205, gateway_pb2.ListModelsRequest(), m.model_list, no_chunk)


def ping(payload: bytes) -> CallSpec[bytes, None]:
    return CallSpec(
        0x0101, meta_pb2.PingRequest(payload=payload), lambda d: meta_pb2.PingReply.FromString(d).payload, no_chunk
    )


def get_info() -> CallSpec[types.ServiceInfo, None]:
    return CallSpec(0x0102, meta_pb2.GetInfoRequest(), m.service_info, no_chunk)


def get_schema() -> CallSpec[dict[str, str], None]:
    def read(data: bytes) -> dict[str, str]:
        return {file.name: file.text.decode() for file in meta_pb2.GetSchemaReply.FromString(data).files}

    return CallSpec(0x0103, meta_pb2.GetSchemaRequest(), read, no_chunk)


def status() -> CallSpec[admin_pb2.StatusReply, None]:
    return CallSpec(0x0301, admin_pb2.StatusRequest(), admin_pb2.StatusReply.FromString, no_chunk)


def list_requests() -> CallSpec[list[admin_pb2.RequestStatus], None]:
    return CallSpec(
        0x0302, admin_pb2.ListRequestsRequest(),
        lambda d: list(admin_pb2.ListRequestsReply.FromString(d).requests), no_chunk,
    )


def cancel_request(request_id: str) -> CallSpec[bool, None]:
    return CallSpec(
        0x0303, admin_pb2.CancelRequestRequest(request_id=request_id),
        lambda d: admin_pb2.CancelRequestReply.FromString(d).found, no_chunk,
    )


def get_config() -> CallSpec[admin_pb2.GetConfigReply, None]:
    return CallSpec(0x0304, admin_pb2.GetConfigRequest(), admin_pb2.GetConfigReply.FromString, no_chunk)


def list_deployments() -> CallSpec[list[admin_pb2.DeploymentStatus], None]:
    return CallSpec(
        0x0305, admin_pb2.ListDeploymentsRequest(),
        lambda d: list(admin_pb2.ListDeploymentsReply.FromString(d).deployments), no_chunk,
    )


def list_breakers() -> CallSpec[list[admin_pb2.BreakerStatus], None]:
    return CallSpec(
        0x0306, admin_pb2.ListBreakersRequest(), lambda d: list(admin_pb2.ListBreakersReply.FromString(d).breakers), no_chunk
    )


_BREAKER_ACTIONS = {
    "reset": admin_pb2.BREAKER_ACTION_RESET, "force-open": admin_pb2.BREAKER_ACTION_FORCE_OPEN,
    "force-closed": admin_pb2.BREAKER_ACTION_FORCE_CLOSED,
}


def set_breaker(scope: str, action: str, reason: str, ttl: float | None) -> CallSpec[bool, None]:
    if action not in _BREAKER_ACTIONS:
        raise ValueError(f"action {action!r} is none of {', '.join(_BREAKER_ACTIONS)}")
    request = admin_pb2.SetBreakerRequest(scope=scope, action=_BREAKER_ACTIONS[action])
    if reason:
        request.reason = reason.encode()
    if ttl is not None:
        if ttl <= 0:
            raise ValueError("ttl is a number of seconds above 0")
        request.ttl_ms = max(1, round(ttl * 1000))
    return CallSpec(0x0307, request, lambda d: admin_pb2.SetBreakerReply.FromString(d).found, no_chunk)


def test_models(model: str | None) -> CallSpec[admin_pb2.TestModelsReply, admin_pb2.TestResult]:
    request = admin_pb2.TestModelsRequest()
    if model is not None:
        request.model = model
    return CallSpec(0x0308, request, admin_pb2.TestModelsReply.FromString, admin_pb2.TestResult.FromString)


def explain(request_id: str) -> CallSpec[admin_pb2.RequestTrace | None, None]:
    def read(data: bytes) -> admin_pb2.RequestTrace | None:
        reply = admin_pb2.ExplainReply.FromString(data)
        return reply.trace if reply.found else None

    return CallSpec(0x0309, admin_pb2.ExplainRequest(request_id=request_id), read, no_chunk)


def list_alerts() -> CallSpec[list[admin_pb2.AlertStatus], None]:
    return CallSpec(
        0x030A, admin_pb2.ListAlertsRequest(), lambda d: list(admin_pb2.ListAlertsReply.FromString(d).alerts), no_chunk
    )
