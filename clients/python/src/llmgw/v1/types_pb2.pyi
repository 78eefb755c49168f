from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CACHE_MODE_OFF: CacheMode
CACHE_MODE_ON: CacheMode
CACHE_MODE_READ_ONLY: CacheMode
CACHE_MODE_UNSPECIFIED: CacheMode
CACHE_MODE_WRITE_ONLY: CacheMode
CACHE_STATE_BYPASS: CacheState
CACHE_STATE_COALESCED: CacheState
CACHE_STATE_HIT: CacheState
CACHE_STATE_MISS: CacheState
CACHE_STATE_STALE: CacheState
CACHE_STATE_UNSPECIFIED: CacheState
DESCRIPTOR: _descriptor.FileDescriptor
ORIGIN_CLIENT: Origin
ORIGIN_GATEWAY: Origin
ORIGIN_UNSPECIFIED: Origin
ORIGIN_UPSTREAM: Origin
PRIORITY_BATCH: Priority
PRIORITY_INTERACTIVE: Priority
PRIORITY_NORMAL: Priority
PRIORITY_UNSPECIFIED: Priority
RETRY_AFTER: Retry
RETRY_AMBIGUOUS: Retry
RETRY_NEVER: Retry
RETRY_SAFE: Retry
RETRY_UNSPECIFIED: Retry
ROLE_ASSISTANT: Role
ROLE_FUNCTION: Role
ROLE_SYSTEM: Role
ROLE_TOOL: Role
ROLE_UNSPECIFIED: Role
ROLE_USER: Role

class AttemptInfo(_message.Message):
    __slots__ = ["deployment", "duration_us", "first_token_us", "hedge", "http_status", "model", "provider", "reason", "wait_us"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    FIRST_TOKEN_US_FIELD_NUMBER: _ClassVar[int]
    HEDGE_FIELD_NUMBER: _ClassVar[int]
    HTTP_STATUS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WAIT_US_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    duration_us: int
    first_token_us: int
    hedge: bool
    http_status: int
    model: str
    provider: str
    reason: str
    wait_us: int
    def __init__(self, model: _Optional[str] = ..., deployment: _Optional[str] = ..., provider: _Optional[str] = ..., reason: _Optional[str] = ..., http_status: _Optional[int] = ..., wait_us: _Optional[int] = ..., duration_us: _Optional[int] = ..., first_token_us: _Optional[int] = ..., hedge: bool = ...) -> None: ...

class CacheControl(_message.Message):
    __slots__ = ["max_age_ms", "mode", "no_store", "only_if_cached", "semantic", "stale_if_error_ms", "tags", "ttl_ms"]
    MAX_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NO_STORE_FIELD_NUMBER: _ClassVar[int]
    ONLY_IF_CACHED_FIELD_NUMBER: _ClassVar[int]
    SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    STALE_IF_ERROR_MS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    max_age_ms: int
    mode: CacheMode
    no_store: bool
    only_if_cached: bool
    semantic: bool
    stale_if_error_ms: int
    tags: _containers.RepeatedScalarFieldContainer[str]
    ttl_ms: int
    def __init__(self, mode: _Optional[_Union[CacheMode, str]] = ..., max_age_ms: _Optional[int] = ..., ttl_ms: _Optional[int] = ..., no_store: bool = ..., only_if_cached: bool = ..., stale_if_error_ms: _Optional[int] = ..., tags: _Optional[_Iterable[str]] = ..., semantic: bool = ...) -> None: ...

class ContentPart(_message.Message):
    __slots__ = ["image", "json", "text"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    image: ImagePart
    json: bytes
    text: bytes
    def __init__(self, text: _Optional[bytes] = ..., image: _Optional[_Union[ImagePart, _Mapping]] = ..., json: _Optional[bytes] = ...) -> None: ...

class Cost(_message.Message):
    __slots__ = ["currency", "micros"]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MICROS_FIELD_NUMBER: _ClassVar[int]
    currency: str
    micros: int
    def __init__(self, micros: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class ImagePart(_message.Message):
    __slots__ = ["detail", "url"]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    detail: str
    url: bytes
    def __init__(self, url: _Optional[bytes] = ..., detail: _Optional[str] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ["key", "value"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Latency(_message.Message):
    __slots__ = ["first_token_us", "overhead_us", "queue_us", "total_us"]
    FIRST_TOKEN_US_FIELD_NUMBER: _ClassVar[int]
    OVERHEAD_US_FIELD_NUMBER: _ClassVar[int]
    QUEUE_US_FIELD_NUMBER: _ClassVar[int]
    TOTAL_US_FIELD_NUMBER: _ClassVar[int]
    first_token_us: int
    overhead_us: int
    queue_us: int
    total_us: int
    def __init__(self, queue_us: _Optional[int] = ..., first_token_us: _Optional[int] = ..., total_us: _Optional[int] = ..., overhead_us: _Optional[int] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ["extra", "name", "parts", "role", "text", "tool_call_id", "tool_calls"]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    extra: bytes
    name: str
    parts: _containers.RepeatedCompositeFieldContainer[ContentPart]
    role: Role
    text: bytes
    tool_call_id: str
    tool_calls: _containers.RepeatedCompositeFieldContainer[ToolCall]
    def __init__(self, role: _Optional[_Union[Role, str]] = ..., text: _Optional[bytes] = ..., parts: _Optional[_Iterable[_Union[ContentPart, _Mapping]]] = ..., name: _Optional[str] = ..., tool_call_id: _Optional[str] = ..., tool_calls: _Optional[_Iterable[_Union[ToolCall, _Mapping]]] = ..., extra: _Optional[bytes] = ...) -> None: ...

class ReplyInfo(_message.Message):
    __slots__ = ["attempts", "cache", "cache_age_ms", "cache_key", "cache_similarity", "cost", "latency", "model", "path", "provider", "request_id", "source", "upstream_id", "upstream_model", "usage_source"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CACHE_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    CACHE_KEY_FIELD_NUMBER: _ClassVar[int]
    CACHE_SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_ID_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_MODEL_FIELD_NUMBER: _ClassVar[int]
    USAGE_SOURCE_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    cache: CacheState
    cache_age_ms: int
    cache_key: str
    cache_similarity: float
    cost: Cost
    latency: Latency
    model: str
    path: _containers.RepeatedCompositeFieldContainer[AttemptInfo]
    provider: str
    request_id: str
    source: str
    upstream_id: str
    upstream_model: str
    usage_source: str
    def __init__(self, request_id: _Optional[str] = ..., model: _Optional[str] = ..., upstream_model: _Optional[str] = ..., provider: _Optional[str] = ..., attempts: _Optional[int] = ..., latency: _Optional[_Union[Latency, _Mapping]] = ..., cost: _Optional[_Union[Cost, _Mapping]] = ..., cache: _Optional[_Union[CacheState, str]] = ..., upstream_id: _Optional[str] = ..., source: _Optional[str] = ..., path: _Optional[_Iterable[_Union[AttemptInfo, _Mapping]]] = ..., cache_age_ms: _Optional[int] = ..., cache_key: _Optional[str] = ..., cache_similarity: _Optional[float] = ..., usage_source: _Optional[str] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ["attempts", "code", "message", "model", "not_processed", "operation", "origin", "provider", "reason", "request_id", "retry", "retry_after_ms", "suggestion", "upstream_http_status"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    NOT_PROCESSED_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_HTTP_STATUS_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    code: int
    message: bytes
    model: str
    not_processed: bool
    operation: str
    origin: Origin
    provider: str
    reason: str
    request_id: str
    retry: Retry
    retry_after_ms: int
    suggestion: bytes
    upstream_http_status: int
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[bytes] = ..., retry: _Optional[_Union[Retry, str]] = ..., retry_after_ms: _Optional[int] = ..., origin: _Optional[_Union[Origin, str]] = ..., upstream_http_status: _Optional[int] = ..., attempts: _Optional[int] = ..., provider: _Optional[str] = ..., model: _Optional[str] = ..., operation: _Optional[str] = ..., suggestion: _Optional[bytes] = ..., not_processed: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class ToolCall(_message.Message):
    __slots__ = ["arguments", "id", "index", "name"]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    arguments: bytes
    id: str
    index: int
    name: str
    def __init__(self, index: _Optional[int] = ..., id: _Optional[str] = ..., name: _Optional[str] = ..., arguments: _Optional[bytes] = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ["cached_input_tokens", "input_tokens", "output_tokens", "reasoning_tokens", "total_tokens"]
    CACHED_INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    REASONING_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TOKENS_FIELD_NUMBER: _ClassVar[int]
    cached_input_tokens: int
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    total_tokens: int
    def __init__(self, input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., cached_input_tokens: _Optional[int] = ..., reasoning_tokens: _Optional[int] = ..., total_tokens: _Optional[int] = ...) -> None: ...

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CacheMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CacheState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Retry(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
