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

    def request(self, timeout: float | None, labels: Mapping[str, str]) -> bytes:
        envelope = wire_pb2.Request(body=self.body.SerializeToString())
        if timeout is not None:
            envelope.timeout_ms = max(1, round(timeout * 1000))
        for key, value in labels.items():
            envelope.labels.add(key=key, value=value)
        return envelope.SerializeToString()


def _no_chunk(_: bytes) -> None:
    return None


def chat(messages: types.Messages, **options: Any) -> CallSpec[types.ChatReply, types.ChatChunk]:
    return CallSpec(0x0201, m.chat_request(messages, **options), m.chat_reply, m.chat_chunk)


def complete(prompt: str, **options: Any) -> CallSpec[types.CompleteReply, types.CompleteChoice]:
    return CallSpec(0x0202, m.complete_request(prompt, **options), m.complete_reply, m.complete_chunk)


def embed(inputs: str | Sequence[str], **options: Any) -> CallSpec[types.EmbedReply, None]:
    return CallSpec(0x0203, m.embed_request(inputs, **options), m.embed_reply, _no_chunk)


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
    return CallSpec(0x0205, gateway_pb2.ListModelsRequest(), m.model_list, _no_chunk)


def ping(payload: bytes) -> CallSpec[bytes, None]:
    return CallSpec(
        0x0101, meta_pb2.PingRequest(payload=payload), lambda d: meta_pb2.PingReply.FromString(d).payload, _no_chunk
    )


def get_info() -> CallSpec[types.ServiceInfo, None]:
    return CallSpec(0x0102, meta_pb2.GetInfoRequest(), m.service_info, _no_chunk)


def get_schema() -> CallSpec[dict[str, str], None]:
    def read(data: bytes) -> dict[str, str]:
        return {file.name: file.text.decode() for file in meta_pb2.GetSchemaReply.FromString(data).files}

    return CallSpec(0x0103, meta_pb2.GetSchemaRequest(), read, _no_chunk)


def status() -> CallSpec[admin_pb2.StatusReply, None]:
    return CallSpec(0x0301, admin_pb2.StatusRequest(), admin_pb2.StatusReply.FromString, _no_chunk)


def list_requests() -> CallSpec[list[admin_pb2.RequestStatus], None]:
    return CallSpec(
        0x0302, admin_pb2.ListRequestsRequest(),
        lambda d: list(admin_pb2.ListRequestsReply.FromString(d).requests), _no_chunk,
    )


def cancel_request(request_id: str) -> CallSpec[bool, None]:
    return CallSpec(
        0x0303, admin_pb2.CancelRequestRequest(request_id=request_id),
        lambda d: admin_pb2.CancelRequestReply.FromString(d).found, _no_chunk,
    )


def get_config() -> CallSpec[admin_pb2.GetConfigReply, None]:
    return CallSpec(0x0304, admin_pb2.GetConfigRequest(), admin_pb2.GetConfigReply.FromString, _no_chunk)
