from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
LATENCY_GROUPING_CLIENT: LatencyGrouping
LATENCY_GROUPING_MODEL: LatencyGrouping
LATENCY_GROUPING_PROVIDER: LatencyGrouping
LATENCY_GROUPING_UNSPECIFIED: LatencyGrouping
METRICS_FORMAT_OPENMETRICS: MetricsFormat
METRICS_FORMAT_PROMETHEUS: MetricsFormat
METRICS_FORMAT_UNSPECIFIED: MetricsFormat

class DrainReply(_message.Message):
    __slots__ = ["grace_ms", "in_flight"]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    grace_ms: int
    in_flight: int
    def __init__(self, in_flight: _Optional[int] = ..., grace_ms: _Optional[int] = ...) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ["grace_ms"]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    grace_ms: int
    def __init__(self, grace_ms: _Optional[int] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ["details", "dropped", "kind", "message", "request", "sequence", "severity", "subject", "unix_ms"]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    details: _containers.RepeatedCompositeFieldContainer[_types_pb2.Label]
    dropped: int
    kind: str
    message: bytes
    request: RequestRecord
    sequence: int
    severity: str
    subject: str
    unix_ms: int
    def __init__(self, sequence: _Optional[int] = ..., unix_ms: _Optional[int] = ..., kind: _Optional[str] = ..., severity: _Optional[str] = ..., subject: _Optional[str] = ..., message: _Optional[bytes] = ..., request: _Optional[_Union[RequestRecord, _Mapping]] = ..., details: _Optional[_Iterable[_Union[_types_pb2.Label, _Mapping]]] = ..., dropped: _Optional[int] = ...) -> None: ...

class GetLatencyReply(_message.Message):
    __slots__ = ["rows", "window_ms"]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_MS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[LatencyRow]
    window_ms: int
    def __init__(self, rows: _Optional[_Iterable[_Union[LatencyRow, _Mapping]]] = ..., window_ms: _Optional[int] = ...) -> None: ...

class GetLatencyRequest(_message.Message):
    __slots__ = ["by"]
    BY_FIELD_NUMBER: _ClassVar[int]
    by: LatencyGrouping
    def __init__(self, by: _Optional[_Union[LatencyGrouping, str]] = ...) -> None: ...

class GetMetricsReply(_message.Message):
    __slots__ = ["content_type", "text"]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    content_type: str
    text: bytes
    def __init__(self, content_type: _Optional[str] = ..., text: _Optional[bytes] = ...) -> None: ...

class GetMetricsRequest(_message.Message):
    __slots__ = ["format"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    format: MetricsFormat
    def __init__(self, format: _Optional[_Union[MetricsFormat, str]] = ...) -> None: ...

class LatencyRow(_message.Message):
    __slots__ = ["count", "max_us", "name", "p50_us", "p95_us", "p99_us", "span"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    MAX_US_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    P50_US_FIELD_NUMBER: _ClassVar[int]
    P95_US_FIELD_NUMBER: _ClassVar[int]
    P99_US_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    count: int
    max_us: int
    name: str
    p50_us: int
    p95_us: int
    p99_us: int
    span: str
    def __init__(self, name: _Optional[str] = ..., span: _Optional[str] = ..., count: _Optional[int] = ..., p50_us: _Optional[int] = ..., p95_us: _Optional[int] = ..., p99_us: _Optional[int] = ..., max_us: _Optional[int] = ...) -> None: ...

class ListSlowRequestsReply(_message.Message):
    __slots__ = ["requests", "threshold_ms"]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_MS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[RequestRecord]
    threshold_ms: int
    def __init__(self, requests: _Optional[_Iterable[_Union[RequestRecord, _Mapping]]] = ..., threshold_ms: _Optional[int] = ...) -> None: ...

class ListSlowRequestsRequest(_message.Message):
    __slots__ = ["max"]
    MAX_FIELD_NUMBER: _ClassVar[int]
    max: int
    def __init__(self, max: _Optional[int] = ...) -> None: ...

class PauseReply(_message.Message):
    __slots__ = ["found", "pauses"]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    PAUSES_FIELD_NUMBER: _ClassVar[int]
    found: bool
    pauses: _containers.RepeatedCompositeFieldContainer[PauseStatus]
    def __init__(self, found: bool = ..., pauses: _Optional[_Iterable[_Union[PauseStatus, _Mapping]]] = ...) -> None: ...

class PauseRequest(_message.Message):
    __slots__ = ["reason", "refuse", "scope", "ttl_ms"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REFUSE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    reason: bytes
    refuse: bool
    scope: str
    ttl_ms: int
    def __init__(self, scope: _Optional[str] = ..., reason: _Optional[bytes] = ..., ttl_ms: _Optional[int] = ..., refuse: bool = ...) -> None: ...

class PauseStatus(_message.Message):
    __slots__ = ["by", "reason", "refuse", "remaining_ms", "scope"]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REFUSE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    by: str
    reason: bytes
    refuse: bool
    remaining_ms: int
    scope: str
    def __init__(self, scope: _Optional[str] = ..., by: _Optional[str] = ..., reason: _Optional[bytes] = ..., remaining_ms: _Optional[int] = ..., refuse: bool = ...) -> None: ...

class ReloadReply(_message.Message):
    __slots__ = ["applied", "changes", "path", "problems"]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    applied: bool
    changes: _containers.RepeatedCompositeFieldContainer[SettingChange]
    path: str
    problems: _containers.RepeatedCompositeFieldContainer[SettingProblem]
    def __init__(self, applied: bool = ..., changes: _Optional[_Iterable[_Union[SettingChange, _Mapping]]] = ..., problems: _Optional[_Iterable[_Union[SettingProblem, _Mapping]]] = ..., path: _Optional[str] = ...) -> None: ...

class ReloadRequest(_message.Message):
    __slots__ = ["dry_run"]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    def __init__(self, dry_run: bool = ...) -> None: ...

class RequestRecord(_message.Message):
    __slots__ = ["attempts", "cache", "client", "cost", "latency", "model", "operation", "priority", "provider", "reason", "request_id", "started_unix_ms", "stream", "uid", "usage"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    cache: _types_pb2.CacheState
    client: str
    cost: _types_pb2.Cost
    latency: _types_pb2.Latency
    model: str
    operation: str
    priority: _types_pb2.Priority
    provider: str
    reason: str
    request_id: str
    started_unix_ms: int
    stream: bool
    uid: int
    usage: _types_pb2.Usage
    def __init__(self, request_id: _Optional[str] = ..., operation: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., client: _Optional[str] = ..., uid: _Optional[int] = ..., priority: _Optional[_Union[_types_pb2.Priority, str]] = ..., reason: _Optional[str] = ..., attempts: _Optional[int] = ..., latency: _Optional[_Union[_types_pb2.Latency, _Mapping]] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., cost: _Optional[_Union[_types_pb2.Cost, _Mapping]] = ..., cache: _Optional[_Union[_types_pb2.CacheState, str]] = ..., started_unix_ms: _Optional[int] = ..., stream: bool = ...) -> None: ...

class ResumeReply(_message.Message):
    __slots__ = ["found", "pauses"]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    PAUSES_FIELD_NUMBER: _ClassVar[int]
    found: bool
    pauses: _containers.RepeatedCompositeFieldContainer[PauseStatus]
    def __init__(self, found: bool = ..., pauses: _Optional[_Iterable[_Union[PauseStatus, _Mapping]]] = ...) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ["scope"]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    scope: str
    def __init__(self, scope: _Optional[str] = ...) -> None: ...

class SettingChange(_message.Message):
    __slots__ = ["key", "needs_restart", "new_value", "old_value"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NEEDS_RESTART_FIELD_NUMBER: _ClassVar[int]
    NEW_VALUE_FIELD_NUMBER: _ClassVar[int]
    OLD_VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    needs_restart: bool
    new_value: bytes
    old_value: bytes
    def __init__(self, key: _Optional[str] = ..., old_value: _Optional[bytes] = ..., new_value: _Optional[bytes] = ..., needs_restart: bool = ...) -> None: ...

class SettingProblem(_message.Message):
    __slots__ = ["file", "key", "line", "message"]
    FILE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    file: str
    key: str
    line: int
    message: bytes
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., key: _Optional[str] = ..., message: _Optional[bytes] = ...) -> None: ...

class UpgradeReply(_message.Message):
    __slots__ = ["done", "grace_ms", "in_flight", "pid", "problems", "version"]
    DONE_FIELD_NUMBER: _ClassVar[int]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    done: bool
    grace_ms: int
    in_flight: int
    pid: int
    problems: _containers.RepeatedScalarFieldContainer[bytes]
    version: str
    def __init__(self, done: bool = ..., pid: _Optional[int] = ..., version: _Optional[str] = ..., problems: _Optional[_Iterable[bytes]] = ..., in_flight: _Optional[int] = ..., grace_ms: _Optional[int] = ...) -> None: ...

class UpgradeRequest(_message.Message):
    __slots__ = ["timeout_ms"]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    timeout_ms: int
    def __init__(self, timeout_ms: _Optional[int] = ...) -> None: ...

class WatchEventsReply(_message.Message):
    __slots__ = ["delivered", "dropped"]
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    delivered: int
    dropped: int
    def __init__(self, delivered: _Optional[int] = ..., dropped: _Optional[int] = ...) -> None: ...

class WatchEventsRequest(_message.Message):
    __slots__ = ["client", "failures_only", "kinds", "min_severity", "model", "provider"]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FAILURES_ONLY_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    MIN_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    client: str
    failures_only: bool
    kinds: _containers.RepeatedScalarFieldContainer[str]
    min_severity: str
    model: str
    provider: str
    def __init__(self, kinds: _Optional[_Iterable[str]] = ..., min_severity: _Optional[str] = ..., client: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., failures_only: bool = ...) -> None: ...

class LatencyGrouping(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class MetricsFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
