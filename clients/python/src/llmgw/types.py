"""The values that go in and come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Union

Role = Literal["system", "user", "assistant", "tool", "function"]
Priority = Literal["interactive", "normal", "batch"]
CacheMode = Literal["off", "on", "read_only", "write_only"]


@dataclass(frozen=True)
class CacheControl:
    """What a call wants of the shared cache; None is as the daemon is configured. Times in seconds."""

    mode: CacheMode | None = None
    #: An answer older than this is none.
    max_age: float | None = None
    #: How long the answer stays fresh.
    ttl: float | None = None
    #: The answer is not kept.
    no_store: bool | None = None
    #: No upstream is asked: what is not in the cache is a `NotCachedError`.
    only_if_cached: bool | None = None
    #: An answer that is no longer fresh, by at most this time, will do where no upstream answers. 0: never.
    stale_if_error: float | None = None
    #: Whether the answer to another question that means the same will do; `ReplyInfo.cache_similarity` tells where it is one.
    semantic: bool | None = None
    #: What `llmgw-ctl cache purge --tag` finds the answer by.
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class TextPart:
    text: str


@dataclass(frozen=True)
class ImagePart:
    """An http(s) or `data:` URL."""

    url: str
    detail: str | None = None


@dataclass(frozen=True)
class JSONPart:
    """A content part in the upstream's own form, as JSON text."""

    json: str


Part = Union[TextPart, ImagePart, JSONPart]


@dataclass(frozen=True)
class ToolCall:
    """A function call that the model asks for. `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str
    #: In a stream, pieces with the same index belong together.
    index: int = 0


@dataclass(frozen=True)
class Message:
    role: Role
    content: str | Sequence[Part] | None = None
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: Sequence[ToolCall] = ()
    #: Members that join the message on its way upstream.
    extra: Mapping[str, Any] | None = None


#: A prompt, a message, or a list of messages; a mapping is a message as the OpenAI API writes it.
Messages = Union[str, Message, Sequence[Union[Message, Mapping[str, Any]]]]


@dataclass(frozen=True)
class Tool:
    name: str
    description: str | None = None
    #: A JSON Schema.
    parameters: Mapping[str, Any] | None = None
    strict: bool | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens as the upstream counted them; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None


@dataclass(frozen=True)
class Latency:
    """Seconds."""

    queue: float
    first_token: float | None
    total: float
    overhead: float


@dataclass(frozen=True)
class Cost:
    #: In millionths of `currency`.
    micros: int
    #: ISO 4217.
    currency: str


@dataclass(frozen=True)
class Attempt:
    """One question to an upstream on the way to an answer. Times in seconds."""

    model: str
    deployment: str
    provider: str
    #: Why it failed, as in `GatewayError.reason`; None where it succeeded.
    reason: str | None
    http_status: int | None
    #: Before the attempt: queue, pause between attempts, a gate that had to open. For a hedge: since the other attempt began.
    wait: float
    duration: float
    #: Until the first content; None where none came.
    first_token: float | None
    #: It was begun beside an attempt that was slow.
    hedge: bool = False


@dataclass(frozen=True)
class ReplyInfo:
    """How an answer was made."""

    request_id: str | None = None
    model: str | None = None
    upstream_model: str | None = None
    provider: str | None = None
    attempts: int = 0
    latency: Latency | None = None
    #: "bypass", "miss", "hit", "stale" or "coalesced".
    cache: str | None = None
    upstream_id: str | None = None
    #: "model" (the one that was asked for), "fallback" (another one) or "canned" (a text of the configuration).
    source: str | None = None
    #: Every attempt in order, the successful one last.
    path: tuple[Attempt, ...] = ()
    #: None where the model has no price.
    cost: Cost | None = None
    #: How old the answer from the cache is, in seconds; None where it is new.
    cache_age: float | None = None
    #: What the answer is called in the cache; None where it cannot be there.
    cache_key: str | None = None
    #: How near the question is to the one that was answered; None where they are equal, or nothing came from the cache.
    cache_similarity: float | None = None
    #: What quota and cost were settled with: "upstream", "estimate" or "cache".
    usage_source: str | None = None


@dataclass(frozen=True)
class ChatChoice:
    index: int
    text: str | None
    tool_calls: tuple[ToolCall, ...]
    #: "stop", "length", "tool_calls", "content_filter", or the upstream's own word.
    finish_reason: str | None
    refusal: str | None = None
    reasoning: str | None = None


@dataclass(frozen=True)
class ChatReply:
    choices: tuple[ChatChoice, ...]
    usage: Usage | None
    info: ReplyInfo

    @property
    def text(self) -> str:
        """The first choice's text."""
        return (self.choices[0].text or "") if self.choices else ""

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return self.choices[0].tool_calls if self.choices else ()


@dataclass(frozen=True)
class ChatChunk:
    index: int
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    refusal: str | None = None
    reasoning: str | None = None


@dataclass(frozen=True)
class CompleteChoice:
    index: int
    text: str
    finish_reason: str | None


@dataclass(frozen=True)
class CompleteReply:
    choices: tuple[CompleteChoice, ...]
    usage: Usage | None
    info: ReplyInfo

    @property
    def text(self) -> str:
        return self.choices[0].text if self.choices else ""


@dataclass(frozen=True)
class EmbedReply:
    embeddings: tuple[tuple[float, ...], ...]
    usage: Usage | None
    info: ReplyInfo
    #: How many callers shared the upstream call.
    merged_calls: int = 1


@dataclass(frozen=True)
class BatchProgress:
    total: int
    succeeded: int
    failed: int


@dataclass(frozen=True)
class BatchResult:
    """The outcome of one item: a reply or an error."""

    index: int
    reply: ChatReply | None
    error: Exception | None


BatchEvent = Union[BatchProgress, BatchResult]


@dataclass(frozen=True)
class BatchReply:
    progress: BatchProgress
    usage: Usage | None


@dataclass(frozen=True)
class ModelInfo:
    name: str
    aliases: tuple[str, ...]
    provider: str
    upstream_model: str
    context_length: int | None
    capabilities: tuple[str, ...]
    is_default: bool


@dataclass(frozen=True)
class ServiceInfo:
    version: str
    protocol: tuple[int, int]
    methods: Mapping[str, int] = field(default_factory=dict)
