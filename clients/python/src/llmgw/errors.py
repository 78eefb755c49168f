"""What can go wrong. One class for each kind of outcome, named as the OpenAI SDK names it where it has a counterpart."""

from __future__ import annotations

from typing import Any

from .v1 import types_pb2

_RETRY = {0: "unspecified", 1: "never", 2: "safe", 3: "after", 4: "ambiguous"}
_ORIGIN = {0: "unspecified", 1: "client", 2: "gateway", 3: "upstream"}


class GatewayError(Exception):
    """How a call ended, where it did not end well. The message carries neither prompts nor keys."""

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        code: int = 2,
        retry: str = "never",
        retry_after: float | None = None,
        origin: str = "client",
        upstream_status: int | None = None,
        attempts: int = 0,
        provider: str | None = None,
        model: str | None = None,
        operation: str | None = None,
        suggestion: str = "",
        not_processed: bool = False,
        request_id: str | None = None,
    ) -> None:
        advice = (" " if message.endswith((".", "?", "!", "。", "？", "！")) else ". ") + suggestion if suggestion else ""
        super().__init__(f"{reason}: {message}{advice}")
        self.reason = reason
        self.message = message
        self.code = code
        #: "never", "safe", "after" or "ambiguous": what a repetition would mean.
        self.retry = retry
        #: Seconds.
        self.retry_after = retry_after
        self.origin = origin
        self.upstream_status = upstream_status
        self.attempts = attempts
        self.provider = provider
        self.model = model
        self.operation = operation
        self.suggestion = suggestion
        #: True where no upstream has seen the request.
        self.not_processed = not_processed
        self.request_id = request_id

    @property
    def retryable(self) -> bool:
        """Whether a repetition can help and costs nothing twice."""
        return self.retry in ("safe", "after")

    def __reduce__(self) -> tuple[Any, ...]:
        # What an exception does by itself, calling its class with `args`, does not fit this constructor.
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(kind: type[GatewayError], args: tuple[Any, ...], state: dict[str, Any]) -> GatewayError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class BadRequestError(GatewayError):
    """The request is wrong as it is."""


class ContextLengthExceededError(BadRequestError):
    """The conversation is longer than the model's context."""


class ContentFilterError(BadRequestError):
    """The upstream's content policy refused the request."""


class RequestTooLargeError(BadRequestError):
    """This can never fit."""


class UnsupportedError(BadRequestError):
    """The model or the daemon cannot do this."""


class AuthenticationError(GatewayError):
    """The upstream refused the gateway's key."""


class PermissionDeniedError(GatewayError):
    """Not allowed."""


class NotFoundError(GatewayError):
    """No such model."""


class NotCachedError(NotFoundError):
    """The cache alone was asked, and it does not have the answer."""


class RateLimitError(GatewayError):
    """Too much at once; `retry_after` may say for how long."""


class QuotaExhaustedError(RateLimitError):
    """The account has no credit left; waiting does not help."""


class BudgetExhaustedError(RateLimitError):
    """A budget is spent; `retry_after` says when its next period begins."""


class InternalServerError(GatewayError):
    """The upstream or the gateway failed."""


class OverloadedError(InternalServerError):
    """The upstream has more work than it can do, or rests for now; `retry_after` may say for how long."""


class StreamTruncatedError(InternalServerError):
    """The answer broke off."""


class APIConnectionError(GatewayError):
    """No connection to the daemon, or from the daemon to the upstream."""


class APITimeoutError(APIConnectionError):
    """The time ran out."""


class CancelledError(GatewayError):
    """Somebody gave the call up."""


_BY_REASON: dict[str, type[GatewayError]] = {
    "llmgw.client.unknown_model": NotFoundError,
    "llmgw.client.unsupported": UnsupportedError,
    "llmgw.client.unknown_method": UnsupportedError,
    "llmgw.client.message_too_large": RequestTooLargeError,
    "llmgw.client.permission_denied": PermissionDeniedError,
    "llmgw.client.model_not_allowed": PermissionDeniedError,
    "llmgw.client.not_cached": NotCachedError,
    "llmgw.client.exceeds_limit": RequestTooLargeError,
    "llmgw.gateway.too_many_connections": RateLimitError,
    "llmgw.gateway.too_many_streams": RateLimitError,
    "llmgw.gateway.reader_too_slow": APIConnectionError,
    "llmgw.gateway.queue_full": RateLimitError,
    "llmgw.gateway.quota_exhausted": RateLimitError,
    "llmgw.gateway.budget_exhausted": BudgetExhaustedError,
    "llmgw.gateway.paused": OverloadedError,
    "llmgw.gateway.storage_failed": InternalServerError,
    "llmgw.gateway.out_of_resources": OverloadedError,
    "llmgw.gateway.no_healthy_target": OverloadedError,
    "llmgw.gateway.breaker_open": OverloadedError,
    "llmgw.gateway.draining": APIConnectionError,
    "llmgw.gateway.deadline_exceeded": APITimeoutError,
    "llmgw.upstream.context_length_exceeded": ContextLengthExceededError,
    "llmgw.upstream.content_filtered": ContentFilterError,
    "llmgw.upstream.request_too_large": RequestTooLargeError,
    "llmgw.upstream.authentication": AuthenticationError,
    "llmgw.upstream.permission_denied": PermissionDeniedError,
    "llmgw.upstream.model_not_found": NotFoundError,
    "llmgw.upstream.rate_limited": RateLimitError,
    "llmgw.upstream.quota_exhausted": QuotaExhaustedError,
    "llmgw.upstream.overloaded": OverloadedError,
    "llmgw.upstream.server_error": InternalServerError,
    "llmgw.upstream.dns_failed": APIConnectionError,
    "llmgw.upstream.connect_failed": APIConnectionError,
    "llmgw.upstream.tls_failed": APIConnectionError,
    "llmgw.upstream.tls_verification_failed": APIConnectionError,
    "llmgw.upstream.connection_lost": APIConnectionError,
    "llmgw.upstream.stream_truncated": StreamTruncatedError,
    "llmgw.upstream.timeout_connect": APITimeoutError,
    "llmgw.upstream.timeout_first_token": APITimeoutError,
    "llmgw.upstream.timeout_idle": APITimeoutError,
    "llmgw.upstream.timeout_total": APITimeoutError,
    "llmgw.local.connect_failed": APIConnectionError,
    "llmgw.local.connection_lost": APIConnectionError,
    "llmgw.local.timeout": APITimeoutError,
}

_BY_CODE: dict[int, type[GatewayError]] = {
    1: CancelledError,
    3: BadRequestError,
    4: APITimeoutError,
    5: NotFoundError,
    7: PermissionDeniedError,
    8: RateLimitError,
    12: UnsupportedError,
    13: InternalServerError,
    14: APIConnectionError,
    15: StreamTruncatedError,
}

_LOCAL: dict[str, tuple[int, str, str]] = {
    "connect_failed": (14, "safe", "Check that llmgwd is running and that you may use its socket."),
    "connection_lost": (14, "ambiguous", "The daemon went away; the request may have been processed."),
    "protocol_violation": (13, "ambiguous", "Use a client library that matches the daemon."),
    "timeout": (4, "ambiguous", "Allow more time."),
    "closed": (1, "never", "The client was closed while the call was running."),
}


def error_class(reason: str, code: int) -> type[GatewayError]:
    return _BY_REASON.get(reason) or _BY_CODE.get(code, GatewayError)


def from_status(status: types_pb2.Status) -> GatewayError:
    return error_class(status.reason, status.code)(
        status.reason,
        status.message.decode("utf-8", "replace"),
        code=status.code,
        retry=_RETRY.get(status.retry, "unspecified"),
        retry_after=status.retry_after_ms / 1000 if status.HasField("retry_after_ms") else None,
        origin=_ORIGIN.get(status.origin, "unspecified"),
        upstream_status=status.upstream_http_status if status.HasField("upstream_http_status") else None,
        attempts=status.attempts,
        provider=status.provider or None,
        model=status.model or None,
        operation=status.operation or None,
        suggestion=status.suggestion.decode("utf-8", "replace"),
        not_processed=status.not_processed,
        request_id=status.request_id or None,
    )


def local(word: str, message: str, *, not_processed: bool = False) -> GatewayError:
    """An error of the client itself: `word` as in "connect_failed"."""
    code, retry, suggestion = _LOCAL[word]
    reason = f"llmgw.local.{word}"
    return error_class(reason, code)(
        reason, message, code=code, retry="safe" if not_processed else retry, suggestion=suggestion,
        not_processed=not_processed,
    )


def before_any_request(failure: GatewayError) -> GatewayError:
    """The same failure, of a connection on which nothing had been asked yet."""
    failure.not_processed = True
    if failure.retry == "ambiguous":
        failure.retry = "safe"
    return failure


def may_repeat(failure: GatewayError) -> bool:
    """Whether a client may repeat the call by itself: the daemon had not begun with it, and another connection can help."""
    return failure.not_processed and failure.reason in ("llmgw.local.connection_lost", "llmgw.gateway.draining")
