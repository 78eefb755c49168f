from llmgw.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FINISH_REASON_CONTENT_FILTER: FinishReason
FINISH_REASON_LENGTH: FinishReason
FINISH_REASON_OTHER: FinishReason
FINISH_REASON_STOP: FinishReason
FINISH_REASON_TOOL_CALLS: FinishReason
FINISH_REASON_UNSPECIFIED: FinishReason

class BatchEvent(_message.Message):
    __slots__ = ["progress", "result"]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    progress: BatchProgress
    result: BatchResult
    def __init__(self, progress: _Optional[_Union[BatchProgress, _Mapping]] = ..., result: _Optional[_Union[BatchResult, _Mapping]] = ...) -> None: ...

class BatchProgress(_message.Message):
    __slots__ = ["failed", "succeeded", "total"]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    failed: int
    succeeded: int
    total: int
    def __init__(self, total: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ...) -> None: ...

class BatchReply(_message.Message):
    __slots__ = ["progress", "usage"]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    progress: BatchProgress
    usage: _types_pb2.Usage
    def __init__(self, progress: _Optional[_Union[BatchProgress, _Mapping]] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ...) -> None: ...

class BatchRequest(_message.Message):
    __slots__ = ["items", "max_concurrency"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    MAX_CONCURRENCY_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ChatRequest]
    max_concurrency: int
    def __init__(self, items: _Optional[_Iterable[_Union[ChatRequest, _Mapping]]] = ..., max_concurrency: _Optional[int] = ...) -> None: ...

class BatchResult(_message.Message):
    __slots__ = ["index", "reply", "status"]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    index: int
    reply: ChatReply
    status: _types_pb2.Status
    def __init__(self, index: _Optional[int] = ..., status: _Optional[_Union[_types_pb2.Status, _Mapping]] = ..., reply: _Optional[_Union[ChatReply, _Mapping]] = ...) -> None: ...

class ChatChoice(_message.Message):
    __slots__ = ["finish_detail", "finish_reason", "index", "reasoning", "refusal", "text", "tool_calls"]
    FINISH_DETAIL_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    REASONING_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    finish_detail: str
    finish_reason: FinishReason
    index: int
    reasoning: bytes
    refusal: bytes
    text: bytes
    tool_calls: _containers.RepeatedCompositeFieldContainer[_types_pb2.ToolCall]
    def __init__(self, index: _Optional[int] = ..., text: _Optional[bytes] = ..., tool_calls: _Optional[_Iterable[_Union[_types_pb2.ToolCall, _Mapping]]] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., finish_detail: _Optional[str] = ..., refusal: _Optional[bytes] = ..., reasoning: _Optional[bytes] = ...) -> None: ...

class ChatChunk(_message.Message):
    __slots__ = ["finish_detail", "finish_reason", "index", "reasoning", "refusal", "text", "tool_calls"]
    FINISH_DETAIL_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    REASONING_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    finish_detail: str
    finish_reason: FinishReason
    index: int
    reasoning: bytes
    refusal: bytes
    text: bytes
    tool_calls: _containers.RepeatedCompositeFieldContainer[_types_pb2.ToolCall]
    def __init__(self, index: _Optional[int] = ..., text: _Optional[bytes] = ..., tool_calls: _Optional[_Iterable[_Union[_types_pb2.ToolCall, _Mapping]]] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., finish_detail: _Optional[str] = ..., refusal: _Optional[bytes] = ..., reasoning: _Optional[bytes] = ...) -> None: ...

class ChatReply(_message.Message):
    __slots__ = ["choices", "info", "usage"]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    choices: _containers.RepeatedCompositeFieldContainer[ChatChoice]
    info: _types_pb2.ReplyInfo
    usage: _types_pb2.Usage
    def __init__(self, choices: _Optional[_Iterable[_Union[ChatChoice, _Mapping]]] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., info: _Optional[_Union[_types_pb2.ReplyInfo, _Mapping]] = ...) -> None: ...

class ChatRequest(_message.Message):
    __slots__ = ["extra", "messages", "model", "parallel_tool_calls", "response_format", "sampling", "stream", "tool_choice", "tools"]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PARALLEL_TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    TOOL_CHOICE_FIELD_NUMBER: _ClassVar[int]
    extra: bytes
    messages: _containers.RepeatedCompositeFieldContainer[_types_pb2.Message]
    model: str
    parallel_tool_calls: bool
    response_format: ResponseFormat
    sampling: Sampling
    stream: bool
    tool_choice: ToolChoice
    tools: _containers.RepeatedCompositeFieldContainer[Tool]
    def __init__(self, model: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[_types_pb2.Message, _Mapping]]] = ..., sampling: _Optional[_Union[Sampling, _Mapping]] = ..., tools: _Optional[_Iterable[_Union[Tool, _Mapping]]] = ..., tool_choice: _Optional[_Union[ToolChoice, _Mapping]] = ..., parallel_tool_calls: bool = ..., response_format: _Optional[_Union[ResponseFormat, _Mapping]] = ..., extra: _Optional[bytes] = ..., stream: bool = ...) -> None: ...

class CompleteChoice(_message.Message):
    __slots__ = ["finish_detail", "finish_reason", "index", "text"]
    FINISH_DETAIL_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    finish_detail: str
    finish_reason: FinishReason
    index: int
    text: bytes
    def __init__(self, index: _Optional[int] = ..., text: _Optional[bytes] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., finish_detail: _Optional[str] = ...) -> None: ...

class CompleteChunk(_message.Message):
    __slots__ = ["finish_detail", "finish_reason", "index", "text"]
    FINISH_DETAIL_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    finish_detail: str
    finish_reason: FinishReason
    index: int
    text: bytes
    def __init__(self, index: _Optional[int] = ..., text: _Optional[bytes] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., finish_detail: _Optional[str] = ...) -> None: ...

class CompleteReply(_message.Message):
    __slots__ = ["choices", "info", "usage"]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    choices: _containers.RepeatedCompositeFieldContainer[CompleteChoice]
    info: _types_pb2.ReplyInfo
    usage: _types_pb2.Usage
    def __init__(self, choices: _Optional[_Iterable[_Union[CompleteChoice, _Mapping]]] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., info: _Optional[_Union[_types_pb2.ReplyInfo, _Mapping]] = ...) -> None: ...

class CompleteRequest(_message.Message):
    __slots__ = ["echo", "extra", "model", "prompt", "sampling", "stream", "suffix"]
    ECHO_FIELD_NUMBER: _ClassVar[int]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SUFFIX_FIELD_NUMBER: _ClassVar[int]
    echo: bool
    extra: bytes
    model: str
    prompt: bytes
    sampling: Sampling
    stream: bool
    suffix: bytes
    def __init__(self, model: _Optional[str] = ..., prompt: _Optional[bytes] = ..., sampling: _Optional[_Union[Sampling, _Mapping]] = ..., suffix: _Optional[bytes] = ..., echo: bool = ..., extra: _Optional[bytes] = ..., stream: bool = ...) -> None: ...

class EmbedReply(_message.Message):
    __slots__ = ["embeddings", "info", "merged_calls", "usage"]
    EMBEDDINGS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    MERGED_CALLS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    embeddings: _containers.RepeatedCompositeFieldContainer[Embedding]
    info: _types_pb2.ReplyInfo
    merged_calls: int
    usage: _types_pb2.Usage
    def __init__(self, embeddings: _Optional[_Iterable[_Union[Embedding, _Mapping]]] = ..., usage: _Optional[_Union[_types_pb2.Usage, _Mapping]] = ..., info: _Optional[_Union[_types_pb2.ReplyInfo, _Mapping]] = ..., merged_calls: _Optional[int] = ...) -> None: ...

class EmbedRequest(_message.Message):
    __slots__ = ["dimensions", "extra", "inputs", "model", "user"]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    dimensions: int
    extra: bytes
    inputs: _containers.RepeatedScalarFieldContainer[bytes]
    model: str
    user: str
    def __init__(self, model: _Optional[str] = ..., inputs: _Optional[_Iterable[bytes]] = ..., dimensions: _Optional[int] = ..., user: _Optional[str] = ..., extra: _Optional[bytes] = ...) -> None: ...

class Embedding(_message.Message):
    __slots__ = ["values"]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, values: _Optional[_Iterable[float]] = ...) -> None: ...

class ListModelsReply(_message.Message):
    __slots__ = ["models"]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[ModelInfo]
    def __init__(self, models: _Optional[_Iterable[_Union[ModelInfo, _Mapping]]] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class LogitBias(_message.Message):
    __slots__ = ["bias", "token"]
    BIAS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    bias: float
    token: str
    def __init__(self, token: _Optional[str] = ..., bias: _Optional[float] = ...) -> None: ...

class ModelInfo(_message.Message):
    __slots__ = ["aliases", "capabilities", "context_length", "is_default", "name", "provider", "upstream_model"]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_MODEL_FIELD_NUMBER: _ClassVar[int]
    aliases: _containers.RepeatedScalarFieldContainer[str]
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    context_length: int
    is_default: bool
    name: str
    provider: str
    upstream_model: str
    def __init__(self, name: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., provider: _Optional[str] = ..., upstream_model: _Optional[str] = ..., context_length: _Optional[int] = ..., capabilities: _Optional[_Iterable[str]] = ..., is_default: bool = ...) -> None: ...

class ResponseFormat(_message.Message):
    __slots__ = ["description", "kind", "name", "schema", "strict"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    JSON_OBJECT: ResponseFormat.Kind
    JSON_SCHEMA: ResponseFormat.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_UNSPECIFIED: ResponseFormat.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    TEXT: ResponseFormat.Kind
    description: bytes
    kind: ResponseFormat.Kind
    name: str
    schema: bytes
    strict: bool
    def __init__(self, kind: _Optional[_Union[ResponseFormat.Kind, str]] = ..., name: _Optional[str] = ..., schema: _Optional[bytes] = ..., strict: bool = ..., description: _Optional[bytes] = ...) -> None: ...

class Sampling(_message.Message):
    __slots__ = ["frequency_penalty", "logit_bias", "max_tokens", "n", "presence_penalty", "seed", "stop", "temperature", "top_p", "user"]
    FREQUENCY_PENALTY_FIELD_NUMBER: _ClassVar[int]
    LOGIT_BIAS_FIELD_NUMBER: _ClassVar[int]
    MAX_TOKENS_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_PENALTY_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    frequency_penalty: float
    logit_bias: _containers.RepeatedCompositeFieldContainer[LogitBias]
    max_tokens: int
    n: int
    presence_penalty: float
    seed: int
    stop: _containers.RepeatedScalarFieldContainer[bytes]
    temperature: float
    top_p: float
    user: str
    def __init__(self, temperature: _Optional[float] = ..., top_p: _Optional[float] = ..., max_tokens: _Optional[int] = ..., stop: _Optional[_Iterable[bytes]] = ..., seed: _Optional[int] = ..., presence_penalty: _Optional[float] = ..., frequency_penalty: _Optional[float] = ..., n: _Optional[int] = ..., logit_bias: _Optional[_Iterable[_Union[LogitBias, _Mapping]]] = ..., user: _Optional[str] = ...) -> None: ...

class Tool(_message.Message):
    __slots__ = ["description", "name", "parameters", "strict"]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    description: bytes
    name: str
    parameters: bytes
    strict: bool
    def __init__(self, name: _Optional[str] = ..., description: _Optional[bytes] = ..., parameters: _Optional[bytes] = ..., strict: bool = ...) -> None: ...

class ToolChoice(_message.Message):
    __slots__ = ["mode", "name"]
    class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    AUTO: ToolChoice.Mode
    MODE_FIELD_NUMBER: _ClassVar[int]
    MODE_UNSPECIFIED: ToolChoice.Mode
    NAMED: ToolChoice.Mode
    NAME_FIELD_NUMBER: _ClassVar[int]
    NONE: ToolChoice.Mode
    REQUIRED: ToolChoice.Mode
    mode: ToolChoice.Mode
    name: str
    def __init__(self, mode: _Optional[_Union[ToolChoice.Mode, str]] = ..., name: _Optional[str] = ...) -> None: ...

class FinishReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
