"""The methods of Quota, Cache and Host: what is sent, and how a reply is read. What the sync and the asyncio client share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from ._messages import choose, milliseconds
from ._methods import CallSpec, no_chunk
from .v1 import cache_pb2, host_pb2, quota_pb2

_USAGE_GROUPINGS = {
    "client": quota_pb2.USAGE_GROUPING_CLIENT, "model": quota_pb2.USAGE_GROUPING_MODEL,
    "provider": quota_pb2.USAGE_GROUPING_PROVIDER, "day": quota_pb2.USAGE_GROUPING_DAY,
}
_LATENCY_GROUPINGS = {
    "model": host_pb2.LATENCY_GROUPING_MODEL, "provider": host_pb2.LATENCY_GROUPING_PROVIDER, "client": host_pb2.LATENCY_GROUPING_CLIENT,
}
_METRICS_FORMATS = {"prometheus": host_pb2.METRICS_FORMAT_PROMETHEUS, "openmetrics": host_pb2.METRICS_FORMAT_OPENMETRICS}
_PURGE_TARGETS = {
    "key": cache_pb2.CACHE_PURGE_TARGET_KEY, "model": cache_pb2.CACHE_PURGE_TARGET_MODEL, "tag": cache_pb2.CACHE_PURGE_TARGET_TAG,
    "client": cache_pb2.CACHE_PURGE_TARGET_CLIENT, "all": cache_pb2.CACHE_PURGE_TARGET_ALL,
    "expired": cache_pb2.CACHE_PURGE_TARGET_EXPIRED,
}


def list_limits() -> CallSpec[list[quota_pb2.LimitStatus], None]:
    return CallSpec(
        0x0401, quota_pb2.ListLimitsRequest(), lambda d: list(quota_pb2.ListLimitsReply.FromString(d).limits), no_chunk
    )


def list_queues() -> CallSpec[quota_pb2.ListQueuesReply, None]:
    return CallSpec(0x0402, quota_pb2.ListQueuesRequest(), quota_pb2.ListQueuesReply.FromString, no_chunk)


def list_clients() -> CallSpec[list[quota_pb2.ClientAccount], None]:
    return CallSpec(
        0x0403, quota_pb2.ListClientsRequest(), lambda d: list(quota_pb2.ListClientsReply.FromString(d).clients), no_chunk
    )


def get_usage(
    by: str | Sequence[str], since: datetime | None, until: datetime | None, client: str | None, model: str | None, provider: str | None,
    max_rows: int | None,
) -> CallSpec[quota_pb2.GetUsageReply, None]:
    request = quota_pb2.GetUsageRequest(client=client, model=model, provider=provider, max_rows=max_rows)
    for word in [by] if isinstance(by, str) else by:
        request.by.append(choose("by", word, _USAGE_GROUPINGS))
    if since is not None:
        request.from_unix_ms = _unix_ms("since", since)
    if until is not None:
        request.to_unix_ms = _unix_ms("until", until)
    return CallSpec(0x0404, request, quota_pb2.GetUsageReply.FromString, no_chunk)


def _unix_ms(name: str, time: datetime) -> int:
    if time.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def list_budgets() -> CallSpec[list[quota_pb2.BudgetStatus], None]:
    return CallSpec(
        0x0405, quota_pb2.ListBudgetsRequest(), lambda d: list(quota_pb2.ListBudgetsReply.FromString(d).budgets), no_chunk
    )


def get_cache_stats() -> CallSpec[cache_pb2.GetCacheStatsReply, None]:
    return CallSpec(0x0501, cache_pb2.GetCacheStatsRequest(), cache_pb2.GetCacheStatsReply.FromString, no_chunk)


def get_cache_entry(key: str, with_reply: bool) -> CallSpec[cache_pb2.CacheEntry | None, None]:
    def read(data: bytes) -> cache_pb2.CacheEntry | None:
        reply = cache_pb2.GetCacheEntryReply.FromString(data)
        return reply.entry if reply.found else None

    return CallSpec(0x0502, cache_pb2.GetCacheEntryRequest(key=key, with_reply=with_reply), read, no_chunk)


def purge_cache(target: str, value: str | None) -> CallSpec[list[cache_pb2.CachePurgeCount], None]:
    request = cache_pb2.PurgeCacheRequest(target=choose("target", target, _PURGE_TARGETS), value=value)
    if (value is None) != (target in ("all", "expired")):
        raise ValueError(f"target {target!r} {'needs a' if value is None else 'has no'} value")
    return CallSpec(0x0503, request, lambda d: list(cache_pb2.PurgeCacheReply.FromString(d).removed), no_chunk)


def reload(dry_run: bool) -> CallSpec[host_pb2.ReloadReply, None]:
    return CallSpec(0x0601, host_pb2.ReloadRequest(dry_run=dry_run), host_pb2.ReloadReply.FromString, no_chunk)


def drain(grace: float | None) -> CallSpec[host_pb2.DrainReply, None]:
    request = host_pb2.DrainRequest()
    if grace is not None:
        request.grace_ms = milliseconds("grace", grace)
    return CallSpec(0x0602, request, host_pb2.DrainReply.FromString, no_chunk)


def upgrade(within: float | None) -> CallSpec[host_pb2.UpgradeReply, None]:
    request = host_pb2.UpgradeRequest()
    if within is not None:
        request.timeout_ms = milliseconds("within", within, least=1)
    return CallSpec(0x0609, request, host_pb2.UpgradeReply.FromString, no_chunk)


def pause(scope: str | None, reason: str, ttl: float | None, refuse: bool) -> CallSpec[list[host_pb2.PauseStatus] | None, None]:
    request = host_pb2.PauseRequest(scope=scope, refuse=refuse)
    if reason:
        request.reason = reason.encode()
    if ttl is not None:
        request.ttl_ms = milliseconds("ttl", ttl, least=1)

    def read(data: bytes) -> list[host_pb2.PauseStatus] | None:
        reply = host_pb2.PauseReply.FromString(data)
        return list(reply.pauses) if reply.found else None

    return CallSpec(0x0603, request, read, no_chunk)


def resume(scope: str | None) -> CallSpec[list[host_pb2.PauseStatus] | None, None]:
    def read(data: bytes) -> list[host_pb2.PauseStatus] | None:
        reply = host_pb2.ResumeReply.FromString(data)
        return list(reply.pauses) if reply.found else None

    return CallSpec(0x0604, host_pb2.ResumeRequest(scope=scope), read, no_chunk)


def watch_events(
    kinds: Sequence[str], min_severity: str | None, client: str | None, model: str | None, provider: str | None, failures_only: bool
) -> CallSpec[host_pb2.WatchEventsReply, host_pb2.Event]:
    request = host_pb2.WatchEventsRequest(
        kinds=kinds, min_severity=min_severity, client=client, model=model, provider=provider, failures_only=failures_only
    )
    return CallSpec(0x0605, request, host_pb2.WatchEventsReply.FromString, host_pb2.Event.FromString)


def list_slow_requests(max_requests: int | None) -> CallSpec[host_pb2.ListSlowRequestsReply, None]:
    return CallSpec(
        0x0606, host_pb2.ListSlowRequestsRequest(max=max_requests), host_pb2.ListSlowRequestsReply.FromString, no_chunk
    )


def get_latency(by: str) -> CallSpec[host_pb2.GetLatencyReply, None]:
    request = host_pb2.GetLatencyRequest(by=choose("by", by, _LATENCY_GROUPINGS))
    return CallSpec(0x0607, request, host_pb2.GetLatencyReply.FromString, no_chunk)


def get_metrics(format: str) -> CallSpec[str, None]:  # noqa: A002 - the protocol's word
    request = host_pb2.GetMetricsRequest(format=choose("format", format, _METRICS_FORMATS))
    return CallSpec(0x0608, request, lambda d: host_pb2.GetMetricsReply.FromString(d).text.decode(), no_chunk)
