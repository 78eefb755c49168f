from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CACHE_PURGE_TARGET_ALL: CachePurgeTarget
CACHE_PURGE_TARGET_CLIENT: CachePurgeTarget
CACHE_PURGE_TARGET_EXPIRED: CachePurgeTarget
CACHE_PURGE_TARGET_KEY: CachePurgeTarget
CACHE_PURGE_TARGET_MODEL: CachePurgeTarget
CACHE_PURGE_TARGET_TAG: CachePurgeTarget
CACHE_PURGE_TARGET_UNSPECIFIED: CachePurgeTarget
DESCRIPTOR: _descriptor.FileDescriptor

class CacheCounts(_message.Message):
    __slots__ = ["bypassed", "coalesced", "hits", "misses", "negative_hits", "saved_costs", "saved_ms", "semantic_hits", "stale"]
    BYPASSED_FIELD_NUMBER: _ClassVar[int]
    COALESCED_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_HITS_FIELD_NUMBER: _ClassVar[int]
    SAVED_COSTS_FIELD_NUMBER: _ClassVar[int]
    SAVED_MS_FIELD_NUMBER: _ClassVar[int]
    SEMANTIC_HITS_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    bypassed: int
    coalesced: int
    hits: int
    misses: int
    negative_hits: int
    saved_costs: _containers.RepeatedCompositeFieldContainer[_types_pb2.Cost]
    saved_ms: int
    semantic_hits: int
    stale: int
    def __init__(self, hits: _Optional[int] = ..., misses: _Optional[int] = ..., stale: _Optional[int] = ..., coalesced: _Optional[int] = ..., bypassed: _Optional[int] = ..., semantic_hits: _Optional[int] = ..., negative_hits: _Optional[int] = ..., saved_ms: _Optional[int] = ..., saved_costs: _Optional[_Iterable[_Union[_types_pb2.Cost, _Mapping]]] = ...) -> None: ...

class CacheCountsOf(_message.Message):
    __slots__ = ["counts", "name"]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    counts: CacheCounts
    name: str
    def __init__(self, name: _Optional[str] = ..., counts: _Optional[_Union[CacheCounts, _Mapping]] = ...) -> None: ...

class CacheEntry(_message.Message):
    __slots__ = ["age_ms", "bytes", "cost", "expires_ms", "fresh_ms", "hits", "key", "model", "operation", "provider", "reason", "reply", "scope", "tags", "tiers", "usage"]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    FRESH_MS_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    age_ms: int
    bytes: int
    cost: _types_pb2.Cost
    expires_ms: int
    fresh_ms: int
    hits: int
    key: str
    model: str
    operation: str
    provider: str
    reason: str
    reply: bytes
    scope: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    tiers: _containers.RepeatedScalarFieldContainer[str]
    usage: _types_pb2.Usage
    def __init__(self, key: _Optional[str] = ..., scope: _Optional[str] = ..., model: _Optional[str] = ..., provider: _Optional[str] = ..., operation: _Optional[str] = ..., tiers: _Optional[_Iterable[str]] = ..., age_ms: _Optional[int] = ..., fresh_ms: _Optional[int] = ..., expires_ms: _Optional[int] = ..., bytes: _Optional[int] = ..., hits: _Optional[int] = ..., tags: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., cost: _Optional[_Union[_types_pb2.Cost, _Mapping]] = ..., reply: _Optional[bytes] = ...) -> None: ...

class CachePurgeCount(_message.Message):
    __slots__ = ["bytes", "entries", "tier"]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    bytes: int
    entries: int
    tier: str
    def __init__(self, tier: _Optional[str] = ..., entries: _Optional[int] = ..., bytes: _Optional[int] = ...) -> None: ...

class CacheTierStatus(_message.Message):
    __slots__ = ["bytes", "entries", "evictions", "expirations", "hits", "max_bytes", "max_entries", "misses", "name", "path", "policy", "problem", "state"]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    EVICTIONS_FIELD_NUMBER: _ClassVar[int]
    EXPIRATIONS_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    bytes: int
    entries: int
    evictions: int
    expirations: int
    hits: int
    max_bytes: int
    max_entries: int
    misses: int
    name: str
    path: str
    policy: str
    problem: bytes
    state: str
    def __init__(self, name: _Optional[str] = ..., state: _Optional[str] = ..., problem: _Optional[bytes] = ..., entries: _Optional[int] = ..., bytes: _Optional[int] = ..., max_entries: _Optional[int] = ..., max_bytes: _Optional[int] = ..., hits: _Optional[int] = ..., misses: _Optional[int] = ..., evictions: _Optional[int] = ..., expirations: _Optional[int] = ..., policy: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class GetCacheEntryReply(_message.Message):
    __slots__ = ["entry", "found"]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    entry: CacheEntry
    found: bool
    def __init__(self, found: bool = ..., entry: _Optional[_Union[CacheEntry, _Mapping]] = ...) -> None: ...

class GetCacheEntryRequest(_message.Message):
    __slots__ = ["key", "with_reply"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WITH_REPLY_FIELD_NUMBER: _ClassVar[int]
    key: str
    with_reply: bool
    def __init__(self, key: _Optional[str] = ..., with_reply: bool = ...) -> None: ...

class GetCacheStatsReply(_message.Message):
    __slots__ = ["clients", "models", "tiers", "total"]
    CLIENTS_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    clients: _containers.RepeatedCompositeFieldContainer[CacheCountsOf]
    models: _containers.RepeatedCompositeFieldContainer[CacheCountsOf]
    tiers: _containers.RepeatedCompositeFieldContainer[CacheTierStatus]
    total: CacheCounts
    def __init__(self, total: _Optional[_Union[CacheCounts, _Mapping]] = ..., tiers: _Optional[_Iterable[_Union[CacheTierStatus, _Mapping]]] = ..., models: _Optional[_Iterable[_Union[CacheCountsOf, _Mapping]]] = ..., clients: _Optional[_Iterable[_Union[CacheCountsOf, _Mapping]]] = ...) -> None: ...

class GetCacheStatsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class PurgeCacheReply(_message.Message):
    __slots__ = ["removed"]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: _containers.RepeatedCompositeFieldContainer[CachePurgeCount]
    def __init__(self, removed: _Optional[_Iterable[_Union[CachePurgeCount, _Mapping]]] = ...) -> None: ...

class PurgeCacheRequest(_message.Message):
    __slots__ = ["target", "value"]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    target: CachePurgeTarget
    value: str
    def __init__(self, target: _Optional[_Union[CachePurgeTarget, str]] = ..., value: _Optional[str] = ...) -> None: ...

class CachePurgeTarget(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
