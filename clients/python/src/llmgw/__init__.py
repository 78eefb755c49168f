"""Client of llmgw, the local gateway to language models."""

from ._async import AsyncClient, AsyncStream
from ._sync import Client, Stream
from ._version import VERSION as __version__
from .errors import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    CancelledError,
    ContentFilterError,
    ContextLengthExceededError,
    GatewayError,
    InternalServerError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExhaustedError,
    RateLimitError,
    RequestTooLargeError,
    StreamTruncatedError,
    UnsupportedError,
)
from .types import ImagePart, JSONPart, Message, TextPart, Tool, ToolCall

__all__ = [
    "APIConnectionError", "APITimeoutError", "AsyncClient", "AsyncStream", "AuthenticationError", "BadRequestError",
    "CancelledError", "Client", "ContentFilterError", "ContextLengthExceededError", "GatewayError", "ImagePart",
    "InternalServerError", "JSONPart", "Message", "NotFoundError", "OverloadedError", "PermissionDeniedError",
    "QuotaExhaustedError", "RateLimitError", "RequestTooLargeError", "Stream", "StreamTruncatedError", "TextPart",
    "Tool", "ToolCall", "UnsupportedError", "__version__",
]
