"""Client of llmgw, the local gateway to language models."""

from ._async import AsyncClient, AsyncStream
from ._sync import Client, Stream
from ._version import VERSION as __version__
from .errors import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BudgetExhaustedError,
    CancelledError,
    ContentFilterError,
    ContextLengthExceededError,
    GatewayError,
    InternalServerError,
    NotCachedError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExhaustedError,
    RateLimitError,
    RequestTooLargeError,
    StreamTruncatedError,
    UnsupportedError,
)
from .types import CacheControl, Cost, ImagePart, JSONPart, Message, TextPart, Tool, ToolCall

__all__ = [
    "APIConnectionError", "APITimeoutError", "AsyncClient", "AsyncStream", "AuthenticationError",
    "BadRequestError", "BudgetExhaustedError", "CacheControl", "CancelledError", "Client",
    "ContentFilterError", "ContextLengthExceededError", "Cost", "GatewayError", "ImagePart",
    "InternalServerError", "JSONPart", "Message", "NotCachedError", "NotFoundError", "OverloadedError",
    "PermissionDeniedError", "QuotaExhaustedError", "RateLimitError", "RequestTooLargeError", "Stream",
    "StreamTruncatedError", "TextPart", "Tool", "ToolCall", "UnsupportedError", "__version__",
]
