"""What both clients ask and read of quota, cache and host, and what programs say of priority and cache."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import StartDaemon
from fake_daemon import Session
from google.protobuf.message import Message
from llmgw import (
    BudgetExhaustedError,
    CacheControl,
    Cost,
    GatewayError,
    InternalServerError,
    NotCachedError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    RequestTooLargeError,
)
from llmgw.v1 import cache_pb2, gateway_pb2, host_pb2, quota_pb2, types_pb2
from test_resilience import BOTH, answered, ask

LIMIT = quota_pb2.LimitStatus(scope="client/甲", kind="tokens/min", limit=0, gate_ms=3000)
CLIENT = quota_pb2.ClientAccount(name="甲", uid=1000, costs=[types_pb2.Cost(micros=5, currency="EUR")])
BUDGET = quota_pb2.BudgetStatus(scope="client/甲", state="exhausted")
QUEUES = quota_pb2.ListQueuesReply(queues=[quota_pb2.QueueStatus(client="甲", virtual_tokens=1.5)], waiting=7)
USAGE = quota_pb2.GetUsageReply(rows=[quota_pb2.UsageRow(model="大", requests=3)], truncated=True)
STATS = cache_pb2.GetCacheStatsReply(total=cache_pb2.CacheCounts(hits=3))
ENTRY = cache_pb2.CacheEntry(key="00ff", scope="uid/1000", model="大", reply=b"\x00\xff")
REMOVED = cache_pb2.CachePurgeCount(tier="memory", entries=3)
RELOADED = host_pb2.ReloadReply(applied=True, changes=[host_pb2.SettingChange(key="models.大.provider", new_value="\"乙\"".encode())])
PAUSE = host_pb2.PauseStatus(scope="model/大", reason="维护".encode())
SLOW = host_pb2.ListSlowRequestsReply(requests=[host_pb2.RequestRecord(model="大")], threshold_ms=5)
LATENCY = host_pb2.GetLatencyReply(rows=[host_pb2.LatencyRow(name="大", span="total", count=1, p50_us=7)])


@BOTH
@pytest.mark.parametrize(
    ("number", "reply", "method", "arguments", "options", "request_", "result"),
    [
        (0x0401, quota_pb2.ListLimitsReply(limits=[LIMIT]), "list_limits", (), {}, quota_pb2.ListLimitsRequest(), [LIMIT]),
        (0x0402, QUEUES, "list_queues", (), {}, quota_pb2.ListQueuesRequest(), QUEUES),
        (0x0403, quota_pb2.ListClientsReply(clients=[CLIENT]), "list_clients", (), {}, quota_pb2.ListClientsRequest(), [CLIENT]),
        (0x0404, USAGE, "get_usage", (), {}, quota_pb2.GetUsageRequest(), USAGE),
        (0x0404, USAGE, "get_usage", ("day",), {"client": "甲"}, quota_pb2.GetUsageRequest(by=[4], client="甲"), USAGE),
        (
            0x0404, USAGE, "get_usage", (["client", "model", "provider"],),
            {
                "since": datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
                "until": datetime(1970, 1, 1, microsecond=2999, tzinfo=timezone.utc), "model": "大", "provider": "p", "max_rows": 9,
            },
            quota_pb2.GetUsageRequest(by=[1, 2, 3], from_unix_ms=0, to_unix_ms=2, model="大", provider="p", max_rows=9), USAGE,
        ),
        (0x0405, quota_pb2.ListBudgetsReply(budgets=[BUDGET]), "list_budgets", (), {}, quota_pb2.ListBudgetsRequest(), [BUDGET]),
        (0x0501, STATS, "get_cache_stats", (), {}, cache_pb2.GetCacheStatsRequest(), STATS),
        (
            0x0502, cache_pb2.GetCacheEntryReply(found=True, entry=ENTRY), "get_cache_entry", ("00ff",), {"with_reply": True},
            cache_pb2.GetCacheEntryRequest(key="00ff", with_reply=True), ENTRY,
        ),
        (
            0x0502, cache_pb2.GetCacheEntryReply(found=False), "get_cache_entry", ("00ff",), {},
            cache_pb2.GetCacheEntryRequest(key="00ff", with_reply=False), None,
        ),
        (
            0x0503, cache_pb2.PurgeCacheReply(removed=[REMOVED]), "purge_cache", ("tag", "报告"), {},
            cache_pb2.PurgeCacheRequest(target=3, value="报告"), [REMOVED],
        ),
        (0x0503, cache_pb2.PurgeCacheReply(), "purge_cache", ("expired",), {}, cache_pb2.PurgeCacheRequest(target=6), []),
        (0x0601, RELOADED, "reload", (), {"dry_run": True}, host_pb2.ReloadRequest(dry_run=True), RELOADED),
        (0x0602, host_pb2.DrainReply(in_flight=3), "drain", (), {}, host_pb2.DrainRequest(), host_pb2.DrainReply(in_flight=3)),
        (0x0602, host_pb2.DrainReply(), "drain", (), {"grace": 0}, host_pb2.DrainRequest(grace_ms=0), host_pb2.DrainReply()),
        (0x0609, host_pb2.UpgradeReply(done=True, pid=7), "upgrade", (), {}, host_pb2.UpgradeRequest(), host_pb2.UpgradeReply(done=True, pid=7)),
        (
            0x0609, host_pb2.UpgradeReply(problems=["错".encode()]), "upgrade", (), {"within": 0.5}, host_pb2.UpgradeRequest(timeout_ms=500),
            host_pb2.UpgradeReply(problems=["错".encode()]),
        ),
        (
            0x0603, host_pb2.PauseReply(found=True, pauses=[PAUSE]), "pause", ("model/大",), {"reason": "维护", "ttl": 0.0001, "refuse": True},
            host_pb2.PauseRequest(scope="model/大", reason="维护".encode(), ttl_ms=1, refuse=True), [PAUSE],
        ),
        (0x0603, host_pb2.PauseReply(found=False), "pause", (), {}, host_pb2.PauseRequest(refuse=False), None),
        (0x0604, host_pb2.ResumeReply(found=True), "resume", (), {}, host_pb2.ResumeRequest(), []),
        (0x0604, host_pb2.ResumeReply(found=False), "resume", ("all",), {}, host_pb2.ResumeRequest(scope="all"), None),
        (0x0606, SLOW, "list_slow_requests", (5,), {}, host_pb2.ListSlowRequestsRequest(max=5), SLOW),
        (0x0606, SLOW, "list_slow_requests", (), {}, host_pb2.ListSlowRequestsRequest(), SLOW),
        (0x0607, LATENCY, "get_latency", (), {}, host_pb2.GetLatencyRequest(by=1), LATENCY),
        (0x0607, LATENCY, "get_latency", ("client",), {}, host_pb2.GetLatencyRequest(by=3), LATENCY),
        (
            0x0608, host_pb2.GetMetricsReply(text="llmgw_up{模=\"大\"} 1\n".encode()), "get_metrics", ("openmetrics",), {},
            host_pb2.GetMetricsRequest(format=2), "llmgw_up{模=\"大\"} 1\n",
        ),
    ],
)
def test_methods(
    daemon: StartDaemon, kind: str, number: int, reply: Message, method: str, arguments: tuple[Any, ...], options: dict[str, Any],
    request_: Message, result: object,
) -> None:
    path, asked = answered(daemon, number, reply)
    assert ask(kind, path, method, *arguments, **options) == result
    assert type(request_).FromString(asked[0].body) == request_


@BOTH
def test_events(daemon: StartDaemon, kind: str) -> None:
    events = [host_pb2.Event(sequence=1, kind="breaker", message="打开".encode()), host_pb2.Event(sequence=5, dropped=3)]
    summary = host_pb2.WatchEventsReply(delivered=2, dropped=3)
    path, asked = answered(daemon, 0x0605, summary, *events)
    options = {"kinds": ["breaker"], "min_severity": "warning", "model": "大", "failures_only": True, "timeout": 7}
    assert ask(kind, path, "watch_events", **options) == (events, summary)
    assert asked[0].timeout_ms == 7000
    assert host_pb2.WatchEventsRequest.FromString(asked[0].body) == host_pb2.WatchEventsRequest(
        kinds=["breaker"], min_severity="warning", model="大", failures_only=True
    )


@BOTH
@pytest.mark.parametrize(
    ("method", "arguments", "options", "message"),
    [
        ("get_usage", ("week",), {}, "by 'week' is none of client"),
        ("get_usage", (), {"since": datetime(2026, 1, 1)}, "since has no time zone"),  # noqa: DTZ001 - that is the point
        ("purge_cache", ("everything",), {}, "target 'everything'"),
        ("purge_cache", ("all", "value"), {}, "'all' has no value"),
        ("purge_cache", ("model",), {}, "'model' needs a value"),
        ("pause", (), {"ttl": 0}, "ttl"),
        ("drain", (), {"grace": -1}, "grace"),
        ("upgrade", (), {"within": 0}, "within"),
        ("get_latency", ("day",), {}, "by 'day'"),
        ("get_metrics", ("json",), {}, "format 'json'"),
        ("chat", ("你好",), {"priority": "urgent"}, "priority 'urgent' is none of interactive, normal, batch"),
        ("chat", ("你好",), {"cache": CacheControl(mode="readonly")}, "mode 'readonly'"),  # type: ignore[arg-type]
        ("chat", ("你好",), {"cache": CacheControl(ttl=0)}, "ttl"),
        ("chat", ("你好",), {"cache": CacheControl(max_age=float("nan"))}, "max_age"),
    ],
)
def test_what_has_no_meaning_is_not_sent(kind: str, method: str, arguments: tuple[Any, ...], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ask(kind, "/nowhere", method, *arguments, **options)


CONTROL = CacheControl(
    mode="read_only", max_age=0, ttl=0.0001, no_store=False, only_if_cached=True, stale_if_error=0.0015, semantic=False,
    tags=["报告", "b"],
)


@BOTH
@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("chat", ("你好",)), ("stream_chat", ("你好",)), ("complete", ("从前",)), ("stream_complete", ("从前",)), ("embed", ("一",)),
        ("batch", (["你好"],)),
    ],
)
def test_priority_and_cache(daemon: StartDaemon, kind: str, method: str, arguments: tuple[Any, ...]) -> None:
    numbers = {"chat": 0x0201, "complete": 0x0202, "embed": 0x0203, "batch": 0x0204}
    path, asked = answered(daemon, numbers[method.removeprefix("stream_")], gateway_pb2.ChatReply())
    ask(kind, path, method, *arguments, priority="batch", cache=CONTROL)
    assert asked[0].priority == types_pb2.PRIORITY_BATCH
    assert asked[0].cache == types_pb2.CacheControl(
        mode=types_pb2.CACHE_MODE_READ_ONLY, max_age_ms=0, ttl_ms=1, no_store=False, only_if_cached=True, stale_if_error_ms=2,
        tags=["报告", "b"], semantic=False,
    )


@BOTH
def test_nothing_wanted_is_nothing_said(daemon: StartDaemon, kind: str) -> None:
    path, asked = answered(daemon, 0x0201, gateway_pb2.ChatReply())
    info = ask(kind, path, "chat", "你好").info
    assert not asked[0].HasField("priority") and not asked[0].HasField("cache")
    assert (info.cost, info.cache_age, info.cache_key, info.cache_similarity, info.usage_source) == (None, None, None, None, None)


@BOTH
def test_what_a_reply_says_of_the_cache(daemon: StartDaemon, kind: str) -> None:
    info = types_pb2.ReplyInfo(
        cache=types_pb2.CACHE_STATE_STALE, cache_age_ms=0, cache_key="00ff", cache_similarity=0.97, usage_source="estimate",
        cost=types_pb2.Cost(micros=12, currency="EUR"),
    )
    path, _ = answered(daemon, 0x0201, gateway_pb2.ChatReply(info=info))
    got = ask(kind, path, "chat", "你好").info
    assert (got.cache, got.cache_age, got.cache_key, got.cache_similarity, got.usage_source) == ("stale", 0, "00ff", 0.97, "estimate")
    assert got.cost == Cost(12, "EUR")


@BOTH
@pytest.mark.parametrize(
    ("reason", "code", "error", "retry"),
    [
        ("llmgw.client.model_not_allowed", 7, PermissionDeniedError, types_pb2.RETRY_NEVER),
        ("llmgw.client.not_cached", 5, NotCachedError, types_pb2.RETRY_NEVER),
        ("llmgw.client.exceeds_limit", 8, RequestTooLargeError, types_pb2.RETRY_NEVER),
        ("llmgw.gateway.quota_exhausted", 8, RateLimitError, types_pb2.RETRY_AFTER),
        ("llmgw.gateway.budget_exhausted", 8, BudgetExhaustedError, types_pb2.RETRY_AFTER),
        ("llmgw.gateway.paused", 14, OverloadedError, types_pb2.RETRY_AFTER),
        ("llmgw.gateway.storage_failed", 14, InternalServerError, types_pb2.RETRY_SAFE),
        ("llmgw.gateway.out_of_resources", 8, OverloadedError, types_pb2.RETRY_SAFE),
    ],
)
def test_reasons(daemon: StartDaemon, kind: str, reason: str, code: int, error: type[GatewayError], retry: types_pb2.Retry) -> None:
    def script(session: Session) -> None:
        session.open()
        session.refuse(session.request().stream, reason, code, retry=retry, retry_after_ms=1500)
        session.wait_closed()

    with pytest.raises(GatewayError) as caught:
        ask(kind, daemon(script).path, "chat", "你好")
    assert type(caught.value) is error
    assert caught.value.retryable == (retry != types_pb2.RETRY_NEVER)
