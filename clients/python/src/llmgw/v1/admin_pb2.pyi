from llmgw.v1 import cache_pb2 as _cache_pb2
from llmgw.v1 import host_pb2 as _host_pb2
from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BREAKER_ACTION_FORCE_CLOSED: BreakerAction
BREAKER_ACTION_FORCE_OPEN: BreakerAction
BREAKER_ACTION_RESET: BreakerAction
BREAKER_ACTION_UNSPECIFIED: BreakerAction
DESCRIPTOR: _descriptor.FileDescriptor

class AlertStatus(_message.Message):
    __slots__ = ["metric", "name", "severity", "since_ms", "state", "subject", "threshold", "value"]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    metric: str
    name: str
    severity: str
    since_ms: int
    state: str
    subject: str
    threshold: float
    value: float
    def __init__(self, name: _Optional[str] = ..., severity: _Optional[str] = ..., state: _Optional[str] = ..., metric: _Optional[str] = ..., subject: _Optional[str] = ..., value: _Optional[float] = ..., threshold: _Optional[float] = ..., since_ms: _Optional[int] = ...) -> None: ...

class BreakerStatus(_message.Message):
    __slots__ = ["calls", "consecutive_failures", "failure_rate", "forced_by", "forced_reason", "forced_remaining_ms", "opens", "remaining_ms", "scope", "slow_rate", "state"]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    CONSECUTIVE_FAILURES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_RATE_FIELD_NUMBER: _ClassVar[int]
    FORCED_BY_FIELD_NUMBER: _ClassVar[int]
    FORCED_REASON_FIELD_NUMBER: _ClassVar[int]
    FORCED_REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    OPENS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SLOW_RATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    calls: int
    consecutive_failures: int
    failure_rate: float
    forced_by: str
    forced_reason: bytes
    forced_remaining_ms: int
    opens: int
    remaining_ms: int
    scope: str
    slow_rate: float
    state: str
    def __init__(self, scope: _Optional[str] = ..., state: _Optional[str] = ..., failure_rate: _Optional[float] = ..., slow_rate: _Optional[float] = ..., calls: _Optional[int] = ..., consecutive_failures: _Optional[int] = ..., opens: _Optional[int] = ..., remaining_ms: _Optional[int] = ..., forced_by: _Optional[str] = ..., forced_reason: _Optional[bytes] = ..., forced_remaining_ms: _Optional[int] = ...) -> None: ...

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

class DeploymentStatus(_message.Message):
    __slots__ = ["breaker", "failure_counts", "failures", "first_token_p50_us", "first_token_p95_us", "first_token_p99_us", "gated_ms", "in_flight", "model", "name", "priority", "provider", "requests", "state", "success_rate", "successes", "total_p50_us", "total_p95_us", "total_p99_us", "upstream_model", "weight"]
    BREAKER_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_TOKEN_P50_US_FIELD_NUMBER: _ClassVar[int]
    FIRST_TOKEN_P95_US_FIELD_NUMBER: _ClassVar[int]
    FIRST_TOKEN_P99_US_FIELD_NUMBER: _ClassVar[int]
    GATED_MS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUCCESSES_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_P50_US_FIELD_NUMBER: _ClassVar[int]
    TOTAL_P95_US_FIELD_NUMBER: _ClassVar[int]
    TOTAL_P99_US_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_MODEL_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    breaker: str
    failure_counts: _containers.RepeatedCompositeFieldContainer[FailureCount]
    failures: int
    first_token_p50_us: int
    first_token_p95_us: int
    first_token_p99_us: int
    gated_ms: int
    in_flight: int
    model: str
    name: str
    priority: int
    provider: str
    requests: int
    state: str
    success_rate: float
    successes: int
    total_p50_us: int
    total_p95_us: int
    total_p99_us: int
    upstream_model: str
    weight: float
    def __init__(self, model: _Optional[str] = ..., name: _Optional[str] = ..., provider: _Optional[str] = ..., upstream_model: _Optional[str] = ..., state: _Optional[str] = ..., breaker: _Optional[str] = ..., gated_ms: _Optional[int] = ..., in_flight: _Optional[int] = ..., weight: _Optional[float] = ..., priority: _Optional[int] = ..., requests: _Optional[int] = ..., successes: _Optional[int] = ..., failures: _Optional[int] = ..., failure_counts: _Optional[_Iterable[_Union[FailureCount, _Mapping]]] = ..., success_rate: _Optional[float] = ..., first_token_p50_us: _Optional[int] = ..., first_token_p95_us: _Optional[int] = ..., first_token_p99_us: _Optional[int] = ..., total_p50_us: _Optional[int] = ..., total_p95_us: _Optional[int] = ..., total_p99_us: _Optional[int] = ...) -> None: ...

class ExplainReply(_message.Message):
    __slots__ = ["found", "trace"]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    found: bool
    trace: RequestTrace
    def __init__(self, found: bool = ..., trace: _Optional[_Union[RequestTrace, _Mapping]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ["request_id"]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class FailureCount(_message.Message):
    __slots__ = ["count", "reason"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    count: int
    reason: str
    def __init__(self, reason: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

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

class ListAlertsReply(_message.Message):
    __slots__ = ["alerts"]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    alerts: _containers.RepeatedCompositeFieldContainer[AlertStatus]
    def __init__(self, alerts: _Optional[_Iterable[_Union[AlertStatus, _Mapping]]] = ...) -> None: ...

class ListAlertsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListBreakersReply(_message.Message):
    __slots__ = ["breakers"]
    BREAKERS_FIELD_NUMBER: _ClassVar[int]
    breakers: _containers.RepeatedCompositeFieldContainer[BreakerStatus]
    def __init__(self, breakers: _Optional[_Iterable[_Union[BreakerStatus, _Mapping]]] = ...) -> None: ...

class ListBreakersRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListDeploymentsReply(_message.Message):
    __slots__ = ["deployments"]
    DEPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    deployments: _containers.RepeatedCompositeFieldContainer[DeploymentStatus]
    def __init__(self, deployments: _Optional[_Iterable[_Union[DeploymentStatus, _Mapping]]] = ...) -> None: ...

class ListDeploymentsRequest(_message.Message):
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

class RequestTrace(_message.Message):
    __slots__ = ["model", "operation", "reason", "request_id", "running", "started_ms_ago", "steps", "uid"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    STARTED_MS_AGO_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    model: str
    operation: str
    reason: str
    request_id: str
    running: bool
    started_ms_ago: int
    steps: _containers.RepeatedCompositeFieldContainer[TraceStep]
    uid: int
    def __init__(self, request_id: _Optional[str] = ..., operation: _Optional[str] = ..., model: _Optional[str] = ..., uid: _Optional[int] = ..., started_ms_ago: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[TraceStep, _Mapping]]] = ..., reason: _Optional[str] = ..., running: bool = ...) -> None: ...

class SetBreakerReply(_message.Message):
    __slots__ = ["found"]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    found: bool
    def __init__(self, found: bool = ...) -> None: ...

class SetBreakerRequest(_message.Message):
    __slots__ = ["action", "reason", "scope", "ttl_ms"]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    action: BreakerAction
    reason: bytes
    scope: str
    ttl_ms: int
    def __init__(self, scope: _Optional[str] = ..., action: _Optional[_Union[BreakerAction, str]] = ..., reason: _Optional[bytes] = ..., ttl_ms: _Optional[int] = ...) -> None: ...

class StatusReply(_message.Message):
    __slots__ = ["cache", "cancelled", "clients", "connections", "costs_today", "failed", "in_flight", "models", "pauses", "pid", "problems", "protocol_errors", "providers", "requests", "resident_bytes", "state", "succeeded", "uptime_ms", "version", "waiting"]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    CLIENTS_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    COSTS_TODAY_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    PAUSES_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_ERRORS_FIELD_NUMBER: _ClassVar[int]
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    cache: _cache_pb2.CacheCounts
    cancelled: int
    clients: _containers.RepeatedCompositeFieldContainer[ClientStatus]
    connections: int
    costs_today: _containers.RepeatedCompositeFieldContainer[_types_pb2.Cost]
    failed: int
    in_flight: int
    models: _containers.RepeatedCompositeFieldContainer[ModelStatus]
    pauses: _containers.RepeatedCompositeFieldContainer[_host_pb2.PauseStatus]
    pid: int
    problems: _containers.RepeatedScalarFieldContainer[bytes]
    protocol_errors: int
    providers: _containers.RepeatedCompositeFieldContainer[ProviderStatus]
    requests: int
    resident_bytes: int
    state: str
    succeeded: int
    uptime_ms: int
    version: str
    waiting: int
    def __init__(self, version: _Optional[str] = ..., pid: _Optional[int] = ..., uptime_ms: _Optional[int] = ..., state: _Optional[str] = ..., connections: _Optional[int] = ..., in_flight: _Optional[int] = ..., requests: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., protocol_errors: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., providers: _Optional[_Iterable[_Union[ProviderStatus, _Mapping]]] = ..., models: _Optional[_Iterable[_Union[ModelStatus, _Mapping]]] = ..., clients: _Optional[_Iterable[_Union[ClientStatus, _Mapping]]] = ..., pauses: _Optional[_Iterable[_Union[_host_pb2.PauseStatus, _Mapping]]] = ..., waiting: _Optional[int] = ..., cache: _Optional[_Union[_cache_pb2.CacheCounts, _Mapping]] = ..., costs_today: _Optional[_Iterable[_Union[_types_pb2.Cost, _Mapping]]] = ..., problems: _Optional[_Iterable[bytes]] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class TestModelsReply(_message.Message):
    __slots__ = ["failed", "ok"]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    failed: int
    ok: int
    def __init__(self, ok: _Optional[int] = ..., failed: _Optional[int] = ...) -> None: ...

class TestModelsRequest(_message.Message):
    __slots__ = ["model"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: str
    def __init__(self, model: _Optional[str] = ...) -> None: ...

class TestResult(_message.Message):
    __slots__ = ["deployment", "duration_us", "first_token_us", "model", "provider", "status"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    FIRST_TOKEN_US_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    duration_us: int
    first_token_us: int
    model: str
    provider: str
    status: _types_pb2.Status
    def __init__(self, model: _Optional[str] = ..., deployment: _Optional[str] = ..., provider: _Optional[str] = ..., status: _Optional[_Union[_types_pb2.Status, _Mapping]] = ..., duration_us: _Optional[int] = ..., first_token_us: _Optional[int] = ...) -> None: ...

class TraceStep(_message.Message):
    __slots__ = ["at_us", "decision", "deployment", "detail", "duration_us", "http_status", "model", "reason", "wait_us"]
    AT_US_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    HTTP_STATUS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WAIT_US_FIELD_NUMBER: _ClassVar[int]
    at_us: int
    decision: str
    deployment: str
    detail: bytes
    duration_us: int
    http_status: int
    model: str
    reason: str
    wait_us: int
    def __init__(self, at_us: _Optional[int] = ..., model: _Optional[str] = ..., deployment: _Optional[str] = ..., decision: _Optional[str] = ..., detail: _Optional[bytes] = ..., wait_us: _Optional[int] = ..., reason: _Optional[str] = ..., http_status: _Optional[int] = ..., duration_us: _Optional[int] = ...) -> None: ...

class BreakerAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
