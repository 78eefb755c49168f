from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConnectionError(_message.Message):
    __slots__ = ["max_major", "min_major", "status"]
    MAX_MAJOR_FIELD_NUMBER: _ClassVar[int]
    MIN_MAJOR_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    max_major: int
    min_major: int
    status: _types_pb2.Status
    def __init__(self, status: _Optional[_Union[_types_pb2.Status, _Mapping]] = ..., min_major: _Optional[int] = ..., max_major: _Optional[int] = ...) -> None: ...

class End(_message.Message):
    __slots__ = ["reply", "status"]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    reply: bytes
    status: _types_pb2.Status
    def __init__(self, status: _Optional[_Union[_types_pb2.Status, _Mapping]] = ..., reply: _Optional[bytes] = ...) -> None: ...

class GoAway(_message.Message):
    __slots__ = ["grace_ms", "last_stream", "reason"]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_STREAM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    grace_ms: int
    last_stream: int
    reason: bytes
    def __init__(self, last_stream: _Optional[int] = ..., reason: _Optional[bytes] = ..., grace_ms: _Optional[int] = ...) -> None: ...

class Head(_message.Message):
    __slots__ = ["attempt", "cache", "expected_wait_ms", "model", "provider", "queue_position", "request_id"]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    cache: _types_pb2.CacheState
    expected_wait_ms: int
    model: str
    provider: str
    queue_position: int
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., cache: _Optional[_Union[_types_pb2.CacheState, str]] = ..., queue_position: _Optional[int] = ..., expected_wait_ms: _Optional[int] = ..., attempt: _Optional[int] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ["client_name", "client_version", "features"]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    CLIENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    client_name: str
    client_version: str
    features: int
    def __init__(self, client_name: _Optional[str] = ..., client_version: _Optional[str] = ..., features: _Optional[int] = ...) -> None: ...

class HelloOk(_message.Message):
    __slots__ = ["features", "limits", "protocol_major", "protocol_minor", "server_version"]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MAJOR_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MINOR_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    features: int
    limits: Limits
    protocol_major: int
    protocol_minor: int
    server_version: str
    def __init__(self, server_version: _Optional[str] = ..., protocol_major: _Optional[int] = ..., protocol_minor: _Optional[int] = ..., features: _Optional[int] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ["initial_credit", "max_frame", "max_message", "max_streams"]
    INITIAL_CREDIT_FIELD_NUMBER: _ClassVar[int]
    MAX_FRAME_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MAX_STREAMS_FIELD_NUMBER: _ClassVar[int]
    initial_credit: int
    max_frame: int
    max_message: int
    max_streams: int
    def __init__(self, max_frame: _Optional[int] = ..., max_message: _Optional[int] = ..., max_streams: _Optional[int] = ..., initial_credit: _Optional[int] = ...) -> None: ...

class Request(_message.Message):
    __slots__ = ["body", "cache", "labels", "priority", "retry_ambiguous", "timeout_ms"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    RETRY_AMBIGUOUS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    cache: _types_pb2.CacheControl
    labels: _containers.RepeatedCompositeFieldContainer[_types_pb2.Label]
    priority: _types_pb2.Priority
    retry_ambiguous: bool
    timeout_ms: int
    def __init__(self, timeout_ms: _Optional[int] = ..., labels: _Optional[_Iterable[_Union[_types_pb2.Label, _Mapping]]] = ..., retry_ambiguous: bool = ..., priority: _Optional[_Union[_types_pb2.Priority, str]] = ..., cache: _Optional[_Union[_types_pb2.CacheControl, _Mapping]] = ..., body: _Optional[bytes] = ...) -> None: ...
