from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CancelRequestReply(_message.Message):
    __slots__ = ["found"]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    found: bool
    def __init__(self, found: bool = ...) -> None: ...

class CancelRequestRequest(_message.Message):
    __slots__ = ["request_id"]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class ClientStatus(_message.Message):
    __slots__ = ["connections", "requests", "streams", "uid"]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    STREAMS_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    connections: int
    requests: int
    streams: int
    uid: int
    def __init__(self, uid: _Optional[int] = ..., connections: _Optional[int] = ..., streams: _Optional[int] = ..., requests: _Optional[int] = ...) -> None: ...

class ConfigSetting(_message.Message):
    __slots__ = ["key", "source", "value"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    source: str
    value: bytes
    def __init__(self, key: _Optional[str] = ..., value: _Optional[bytes] = ..., source: _Optional[str] = ...) -> None: ...

class GetConfigReply(_message.Message):
    __slots__ = ["path", "settings"]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    path: str
    settings: _containers.RepeatedCompositeFieldContainer[ConfigSetting]
    def __init__(self, path: _Optional[str] = ..., settings: _Optional[_Iterable[_Union[ConfigSetting, _Mapping]]] = ...) -> None: ...

class GetConfigRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListRequestsReply(_message.Message):
    __slots__ = ["requests"]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[RequestStatus]
    def __init__(self, requests: _Optional[_Iterable[_Union[RequestStatus, _Mapping]]] = ...) -> None: ...

class ListRequestsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ModelStatus(_message.Message):
    __slots__ = ["cancelled", "failed", "name", "provider", "requests", "succeeded", "usage"]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    cancelled: int
    failed: int
    name: str
    provider: str
    requests: int
    succeeded: int
    usage: _types_pb2.Usage
    def __init__(self, name: _Optional[str] = ..., provider: _Optional[str] = ..., requests: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ...) -> None: ...

class ProviderStatus(_message.Message):
    __slots__ = ["attempts", "base_url", "failures", "in_flight", "kind", "max_concurrency", "name", "waiting"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    BASE_URL_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MAX_CONCURRENCY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    base_url: str
    failures: int
    in_flight: int
    kind: str
    max_concurrency: int
    name: str
    waiting: int
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., base_url: _Optional[str] = ..., in_flight: _Optional[int] = ..., waiting: _Optional[int] = ..., max_concurrency: _Optional[int] = ..., attempts: _Optional[int] = ..., failures: _Optional[int] = ...) -> None: ...

class RequestStatus(_message.Message):
    __slots__ = ["age_ms", "bytes_sent", "client_name", "labels", "model", "operation", "phase", "pid", "provider", "remaining_ms", "request_id", "stream", "uid"]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    BYTES_SENT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    age_ms: int
    bytes_sent: int
    client_name: str
    labels: _containers.RepeatedCompositeFieldContainer[_types_pb2.Label]
    model: str
    operation: str
    phase: str
    pid: int
    provider: str
    remaining_ms: int
    request_id: str
    stream: bool
    uid: int
    def __init__(self, request_id: _Optional[str] = ..., operation: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., phase: _Optional[str] = ..., age_ms: _Optional[int] = ..., remaining_ms: _Optional[int] = ..., uid: _Optional[int] = ..., pid: _Optional[int] = ..., client_name: _Optional[str] = ..., labels: _Optional[_Iterable[_Union[_types_pb2.Label, _Mapping]]] = ..., stream: bool = ..., bytes_sent: _Optional[int] = ...) -> None: ...

class StatusReply(_message.Message):
    __slots__ = ["cancelled", "clients", "connections", "failed", "in_flight", "models", "pid", "protocol_errors", "providers", "requests", "resident_bytes", "state", "succeeded", "uptime_ms", "version"]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    CLIENTS_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_ERRORS_FIELD_NUMBER: _ClassVar[int]
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    cancelled: int
    clients: _containers.RepeatedCompositeFieldContainer[ClientStatus]
    connections: int
    failed: int
    in_flight: int
    models: _containers.RepeatedCompositeFieldContainer[ModelStatus]
    pid: int
    protocol_errors: int
    providers: _containers.RepeatedCompositeFieldContainer[ProviderStatus]
    requests: int
    resident_bytes: int
    state: str
    succeeded: int
    uptime_ms: int
    version: str
    def __init__(self, version: _Optional[str] = ..., pid: _Optional[int] = ..., uptime_ms: _Optional[int] = ..., state: _Optional[str] = ..., connections: _Optional[int] = ..., in_flight: _Optional[int] = ..., requests: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., protocol_errors: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., providers: _Optional[_Iterable[_Union[ProviderStatus, _Mapping]]] = ..., models: _Optional[_Iterable[_Union[ModelStatus, _Mapping]]] = ..., clients: _Optional[_Iterable[_Union[ClientStatus, _Mapping]]] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...
