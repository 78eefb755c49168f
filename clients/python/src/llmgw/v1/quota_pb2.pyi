from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
USAGE_GROUPING_CLIENT: UsageGrouping
USAGE_GROUPING_DAY: UsageGrouping
USAGE_GROUPING_MODEL: UsageGrouping
USAGE_GROUPING_PROVIDER: UsageGrouping
USAGE_GROUPING_UNSPECIFIED: UsageGrouping

class BudgetStatus(_message.Message):
    __slots__ = ["ends_ms", "period", "reserved", "scope", "spent", "state", "stop", "unpriced_requests", "warn"]
    ENDS_MS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SPENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    UNPRICED_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    WARN_FIELD_NUMBER: _ClassVar[int]
    ends_ms: int
    period: str
    reserved: _types_pb2.Cost
    scope: str
    spent: _types_pb2.Cost
    state: str
    stop: _types_pb2.Cost
    unpriced_requests: int
    warn: _types_pb2.Cost
    def __init__(self, scope: _Optional[str] = ..., period: _Optional[str] = ..., spent: _Optional[_Union[_types_pb2.Cost, _Mapping]] = ..., reserved: _Optional[_Union[_types_pb2.Cost, _Mapping]] = ..., warn: _Optional[_Union[_types_pb2.Cost, _Mapping]] = ..., stop: _Optional[_Union[_types_pb2.Cost, _Mapping]] = ..., state: _Optional[str] = ..., ends_ms: _Optional[int] = ..., unpriced_requests: _Optional[int] = ...) -> None: ...

class ClientAccount(_message.Message):
    __slots__ = ["cancelled", "connections", "costs", "executable", "failed", "gid", "in_flight", "models", "name", "policy", "priority", "requests", "succeeded", "uid", "unit", "usage", "waiting", "weight"]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    EXECUTABLE_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    GID_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    cancelled: int
    connections: int
    costs: _containers.RepeatedCompositeFieldContainer[_types_pb2.Cost]
    executable: str
    failed: int
    gid: int
    in_flight: int
    models: _containers.RepeatedScalarFieldContainer[str]
    name: str
    policy: str
    priority: _types_pb2.Priority
    requests: int
    succeeded: int
    uid: int
    unit: str
    usage: _types_pb2.Usage
    waiting: int
    weight: float
    def __init__(self, name: _Optional[str] = ..., uid: _Optional[int] = ..., gid: _Optional[int] = ..., policy: _Optional[str] = ..., weight: _Optional[float] = ..., priority: _Optional[_Union[_types_pb2.Priority, str]] = ..., connections: _Optional[int] = ..., in_flight: _Optional[int] = ..., waiting: _Optional[int] = ..., requests: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., costs: _Optional[_Iterable[_Union[_types_pb2.Cost, _Mapping]]] = ..., unit: _Optional[str] = ..., executable: _Optional[str] = ..., models: _Optional[_Iterable[str]] = ...) -> None: ...

class GetUsageReply(_message.Message):
    __slots__ = ["from_unix_ms", "rows", "to_unix_ms", "truncated"]
    FROM_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TO_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    from_unix_ms: int
    rows: _containers.RepeatedCompositeFieldContainer[UsageRow]
    to_unix_ms: int
    truncated: bool
    def __init__(self, rows: _Optional[_Iterable[_Union[UsageRow, _Mapping]]] = ..., truncated: bool = ..., from_unix_ms: _Optional[int] = ..., to_unix_ms: _Optional[int] = ...) -> None: ...

class GetUsageRequest(_message.Message):
    __slots__ = ["by", "client", "from_unix_ms", "max_rows", "model", "provider", "to_unix_ms"]
    BY_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FROM_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_ROWS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    TO_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    by: _containers.RepeatedScalarFieldContainer[UsageGrouping]
    client: str
    from_unix_ms: int
    max_rows: int
    model: str
    provider: str
    to_unix_ms: int
    def __init__(self, by: _Optional[_Iterable[_Union[UsageGrouping, str]]] = ..., from_unix_ms: _Optional[int] = ..., to_unix_ms: _Optional[int] = ..., client: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., max_rows: _Optional[int] = ...) -> None: ...

class LimitStatus(_message.Message):
    __slots__ = ["debt", "effective_limit", "gate_ms", "kind", "limit", "reserved", "resets_ms", "scope", "source", "used"]
    DEBT_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    GATE_MS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    RESETS_MS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    debt: int
    effective_limit: int
    gate_ms: int
    kind: str
    limit: int
    reserved: int
    resets_ms: int
    scope: str
    source: str
    used: int
    def __init__(self, scope: _Optional[str] = ..., kind: _Optional[str] = ..., limit: _Optional[int] = ..., effective_limit: _Optional[int] = ..., used: _Optional[int] = ..., reserved: _Optional[int] = ..., debt: _Optional[int] = ..., resets_ms: _Optional[int] = ..., gate_ms: _Optional[int] = ..., source: _Optional[str] = ...) -> None: ...

class ListBudgetsReply(_message.Message):
    __slots__ = ["budgets"]
    BUDGETS_FIELD_NUMBER: _ClassVar[int]
    budgets: _containers.RepeatedCompositeFieldContainer[BudgetStatus]
    def __init__(self, budgets: _Optional[_Iterable[_Union[BudgetStatus, _Mapping]]] = ...) -> None: ...

class ListBudgetsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListClientsReply(_message.Message):
    __slots__ = ["clients"]
    CLIENTS_FIELD_NUMBER: _ClassVar[int]
    clients: _containers.RepeatedCompositeFieldContainer[ClientAccount]
    def __init__(self, clients: _Optional[_Iterable[_Union[ClientAccount, _Mapping]]] = ...) -> None: ...

class ListClientsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListLimitsReply(_message.Message):
    __slots__ = ["limits"]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    limits: _containers.RepeatedCompositeFieldContainer[LimitStatus]
    def __init__(self, limits: _Optional[_Iterable[_Union[LimitStatus, _Mapping]]] = ...) -> None: ...

class ListLimitsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListQueuesReply(_message.Message):
    __slots__ = ["max_waiting", "queues", "waiting"]
    MAX_WAITING_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    max_waiting: int
    queues: _containers.RepeatedCompositeFieldContainer[QueueStatus]
    waiting: int
    def __init__(self, queues: _Optional[_Iterable[_Union[QueueStatus, _Mapping]]] = ..., waiting: _Optional[int] = ..., max_waiting: _Optional[int] = ...) -> None: ...

class ListQueuesRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class QueueStatus(_message.Message):
    __slots__ = ["client", "max_waiting", "oldest_ms", "priority", "uid", "virtual_tokens", "waiting", "weight"]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    MAX_WAITING_FIELD_NUMBER: _ClassVar[int]
    OLDEST_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    VIRTUAL_TOKENS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    client: str
    max_waiting: int
    oldest_ms: int
    priority: _types_pb2.Priority
    uid: int
    virtual_tokens: float
    waiting: int
    weight: float
    def __init__(self, client: _Optional[str] = ..., uid: _Optional[int] = ..., priority: _Optional[_Union[_types_pb2.Priority, str]] = ..., waiting: _Optional[int] = ..., max_waiting: _Optional[int] = ..., oldest_ms: _Optional[int] = ..., virtual_tokens: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...

class UsageRow(_message.Message):
    __slots__ = ["cached", "cancelled", "client", "costs", "day", "estimated_requests", "estimated_usage", "failed", "model", "provider", "requests", "succeeded", "unpriced_requests", "usage"]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_USAGE_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    UNPRICED_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    cached: int
    cancelled: int
    client: str
    costs: _containers.RepeatedCompositeFieldContainer[_types_pb2.Cost]
    day: str
    estimated_requests: int
    estimated_usage: _types_pb2.Usage
    failed: int
    model: str
    provider: str
    requests: int
    succeeded: int
    unpriced_requests: int
    usage: _types_pb2.Usage
    def __init__(self, client: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., day: _Optional[str] = ..., requests: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., cached: _Optional[int] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., estimated_usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., estimated_requests: _Optional[int] = ..., costs: _Optional[_Iterable[_Union[_types_pb2.Cost, _Mapping]]] = ..., unpriced_requests: _Optional[int] = ...) -> None: ...

class UsageGrouping(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
