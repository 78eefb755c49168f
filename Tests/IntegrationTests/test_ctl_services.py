"""llmgw-ctl: how it shows quota, cache and host, to people and to programs, and what it asks to steer them."""

from __future__ import annotations

import csv
import io
import json
import time

import pytest
from conftest import Ask
from harness.answers import Answer
from harness.tool import DENIED, FAILURE, USAGE, Tool
from llmgw.v1 import admin_pb2, cache_pb2, gateway_pb2, host_pb2, quota_pb2, types_pb2, wire_pb2

EURO = types_pb2.Cost(micros=12_345_600, currency="EUR")
YUAN = types_pb2.Cost(micros=-30_000, currency="CNY")
TOKENS = types_pb2.Usage(input_tokens=100, output_tokens=20)


LIMITS = quota_pb2.ListLimitsReply(
    limits=[
        quota_pb2.LimitStatus(
            scope="client/甲/model/大", kind="tokens/min", limit=90_000, effective_limit=81_000, used=7, reserved=6, debt=5, resets_ms=59_500,
            gate_ms=12_400, source="provider",
        ),
        quota_pb2.LimitStatus(scope="provider/up", kind="concurrency", effective_limit=8, source="learned"),
    ]
)


def test_limits(answering: Ask) -> None:
    ctl, _ = answering(0x0401, Answer(LIMITS))
    heading, full, plain = ctl("limits").stdout.splitlines()
    assert heading.split()[:4] == ["SCOPE", "KIND", "LIMIT", "EFFECTIVE"]
    for shown in ("client/甲/model/大", "tokens/min", "90000", "81000", "59.5 s", "12.4 s", "provider"):
        assert shown in full
    assert plain.split() == ["provider/up", "concurrency", "-", "8", "0", "0", "0", "-", "-", "learned"]
    first, second = ctl.json("limits")
    assert first == {
        "scope": "client/甲/model/大", "kind": "tokens/min", "limit": 90_000, "effective_limit": 81_000, "used": 7, "reserved": 6, "debt": 5,
        "resets_ms": 59_500, "gate_ms": 12_400, "source": "provider",
    }
    assert not {"limit", "resets_ms", "gate_ms"} & second.keys()


def test_what_to_configure_is_said_instead_of_an_empty_table(answering: Ask) -> None:
    ctl, _ = answering(0x0401, Answer(quota_pb2.ListLimitsReply()))
    told = ctl("limits").stdout
    assert "No limits" in told and "[providers.NAME]" in told and "SCOPE" not in told
    assert ctl.json("limits") == []
    ctl, _ = answering(0x0405, Answer(quota_pb2.ListBudgetsReply()))
    told = ctl("budgets").stdout
    assert "No budgets" in told and "budget_per_day" in told and "SCOPE" not in told
    assert ctl.json("budgets") == []


def test_queues(answering: Ask) -> None:
    reply = quota_pb2.ListQueuesReply(
        queues=[
            quota_pb2.QueueStatus(
                client="甲", uid=1000, priority=types_pb2.PRIORITY_BATCH, waiting=3, max_waiting=64, oldest_ms=1500, virtual_tokens=1234.5,
                weight=2,
            )
        ],
        waiting=5, max_waiting=1024,
    )
    ctl, _ = answering(0x0402, Answer(reply))
    _, row, all_ = ctl("queues").stdout.splitlines()
    assert row.split() == ["甲", "1000", "batch", "3", "64", "1.5", "s", "1234.5", "2"]
    assert all_ == "all clients: 5 waiting, at most 1024"
    assert ctl.json("queues") == {
        "waiting": 5, "max_waiting": 1024,
        "queues": [
            {
                "client": "甲", "uid": 1000, "priority": "batch", "waiting": 3, "max_waiting": 64, "oldest_ms": 1500, "virtual_tokens": 1234.5,
                "weight": 2,
            }
        ],
    }


def test_clients(answering: Ask) -> None:
    client = quota_pb2.ClientAccount(
        name="甲", uid=1000, gid=7, policy="default", weight=1, priority=types_pb2.PRIORITY_INTERACTIVE, connections=2, in_flight=1, waiting=4,
        requests=9, succeeded=6, failed=2, cancelled=1, usage=TOKENS, costs=[EURO, YUAN], unit="报告.service", models=["大"],
    )
    ctl, _ = answering(0x0403, Answer(quota_pb2.ListClientsReply(clients=[client])))
    row = ctl("clients").stdout.splitlines()[1]
    for shown in ("甲", "interactive", "12.3456 EUR + -0.03 CNY", "报告.service"):
        assert shown in row
    document = ctl.json("clients")[0]
    assert document["costs"] == [{"micros": 12_345_600, "currency": "EUR"}, {"micros": -30_000, "currency": "CNY"}]
    assert (document["succeeded"], document["models"], document["usage"]) == (6, ["大"], {"input_tokens": 100, "output_tokens": 20})
    assert "executable" not in document


USAGE_REPLY = quota_pb2.GetUsageReply(
    rows=[
        quota_pb2.UsageRow(
            client='甲, "一"', day="2026-11-21", requests=9, succeeded=6, failed=2, cancelled=1, cached=3, usage=TOKENS,
            estimated_usage=types_pb2.Usage(output_tokens=7), estimated_requests=1, costs=[EURO, YUAN], unpriced_requests=2,
        )
    ],
    from_unix_ms=1_795_219_200_000, to_unix_ms=1_795_305_600_000,
)


def test_usage(answering: Ask) -> None:
    ctl, daemon = answering(0x0404, Answer(USAGE_REPLY))
    words = ("usage", "--by", "client", "--by", "day", "--since", "2026-11-21", "--client", "甲")
    heading, row, range_ = ctl(*words).stdout.splitlines()
    assert heading.split()[:3] == ["CLIENT", "DAY", "REQUESTS"]
    assert "2026-11-21" in row and "12.3456 EUR + -0.03 CNY" in row
    assert range_ == "from 2026-11-21T00:00:00.000Z to 2026-11-22T00:00:00.000Z"
    assert quota_pb2.GetUsageRequest.FromString(daemon.asked[0]) == quota_pb2.GetUsageRequest(
        by=[1, 4], from_unix_ms=1_795_219_200_000, client="甲"
    )
    document = ctl.json("usage")
    assert document["from"] == "2026-11-21T00:00:00.000Z"
    assert document["rows"][0]["estimated_usage"] == {"output_tokens": 7}
    assert not {"model", "provider"} & document["rows"][0].keys()


def test_usage_for_spreadsheets(answering: Ask) -> None:
    ctl, _ = answering(0x0404, Answer(USAGE_REPLY))
    text = ctl("usage", "--by", "client", "--by", "day", "--csv").stdout
    assert text.endswith("\r\n")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row == {
        "client": '甲, "一"', "day": "2026-11-21", "requests": "9", "succeeded": "6", "failed": "2", "cancelled": "1", "cached": "3",
        "input_tokens": "100", "output_tokens": "20", "cached_input_tokens": "", "reasoning_tokens": "", "estimated_requests": "1",
        "estimated_input_tokens": "", "estimated_output_tokens": "7", "cost": "12.3456;-0.03", "currency": "EUR;CNY", "unpriced_requests": "2",
    }


def test_usage_of_the_last_days(answering: Ask) -> None:
    ctl, daemon = answering(0x0404, Answer(quota_pb2.GetUsageReply(truncated=True)))
    before = time.time() * 1000
    assert "there is more" in ctl("usage", "--since", "7d", "--until=90m").stderr
    asked = quota_pb2.GetUsageRequest.FromString(daemon.asked[0])
    # The clock of the tool is read between the two of the test, to the millisecond.
    assert before - 1 <= asked.from_unix_ms + 7 * 86_400_000 <= time.time() * 1000
    assert before - 1 <= asked.to_unix_ms + 90 * 60_000 <= time.time() * 1000


@pytest.mark.parametrize(
    "words",
    [
        ("usage", "--since", "2026-02-30"), ("usage", "--since", "yesterday"), ("usage", "--since", "0d"), ("usage", "--since", "99999d"),
        ("usage", "--by", "week"), ("usage", "--csv", "--json"), ("cache", "purge"), ("cache", "purge", "--all", "--model", "大"),
        ("pause", "--ttl", "0s"), ("drain", "--grace", "soon"), ("events", "--kind", "earthquake"), ("events", "--severity", "fatal"),
        ("events", "--count", "0"), ("slowlog", "--max", "0"), ("latency", "--by", "day"), ("metrics", "--format", "json"),
        ("chat", "--priority", "urgent", "你好"), ("chat", "--cache", "readonly", "你好"),
    ],
)
def test_what_has_no_meaning_is_refused_before_anything_is_asked(answering: Ask, words: tuple[str, ...]) -> None:
    ctl, daemon = answering(0x0404, Answer(USAGE_REPLY))
    ctl(*words, status=USAGE)
    assert daemon.asked == []


def test_budgets(answering: Ask) -> None:
    budget = quota_pb2.BudgetStatus(
        scope="client/甲", period="month", spent=EURO, stop=types_pb2.Cost(micros=20_000_000, currency="EUR"), state="warning",
        ends_ms=86_400_000,
    )
    ctl, _ = answering(0x0405, Answer(quota_pb2.ListBudgetsReply(budgets=[budget])))
    assert ctl("budgets").stdout.splitlines()[1].split() == [
        "client/甲", "month", "warning", "12.3456", "EUR", "-", "-", "20.00", "EUR", "24", "h", "0", "min", "0"
    ]
    document = ctl.json("budgets")[0]
    assert document["spent"] == {"micros": 12_345_600, "currency": "EUR"}
    assert not {"reserved", "warn"} & document.keys()


COUNTS = cache_pb2.CacheCounts(
    hits=6, misses=2, stale=1, coalesced=1, bypassed=5, semantic_hits=1, negative_hits=2, saved_ms=90_000, saved_costs=[EURO]
)
STATS = cache_pb2.GetCacheStatsReply(
    total=COUNTS,
    tiers=[
        cache_pb2.CacheTierStatus(name="memory", state="on", entries=3, bytes=1 << 20, max_bytes=256 << 20, hits=6, misses=4, policy="s3-fifo"),
        cache_pb2.CacheTierStatus(name="disk", state="failed", problem="磁盘已满".encode()),
    ],
    models=[cache_pb2.CacheCountsOf(name="大", counts=COUNTS)],
    clients=[cache_pb2.CacheCountsOf(name="甲", counts=cache_pb2.CacheCounts())],
)


@pytest.mark.parametrize("words", [("cache",), ("cache", "stats")])
def test_cache_stats(answering: Ask, words: tuple[str, ...]) -> None:
    ctl, _ = answering(0x0501, Answer(STATS))
    shown = ctl(*words).stdout
    assert "hit rate 80.0 %: 6 hits (1 semantic, 2 remembered errors), 1 stale, 1 coalesced, 2 misses; 5 not asked" in shown
    assert "saved: 1 min 30 s of waiting, 12.3456 EUR" in shown
    assert "disk: 磁盘已满" in shown
    rows = {line.split()[0]: line for line in shown.splitlines() if line}
    assert "256.0 MiB" in rows["memory"] and "80.0 %" in rows["大"] and rows["甲"].split()[1] == "-"
    document = ctl.json(*words)
    assert document["total"]["hit_rate"] == 0.8
    assert "hit_rate" not in document["clients"][0]
    assert document["tiers"][1]["problem"] == "磁盘已满"


ENTRY = cache_pb2.CacheEntry(
    key="00ff", scope="uid/1000", model="大", provider="up", operation="Chat", tiers=["memory", "disk"], age_ms=1500, fresh_ms=60_000, bytes=77,
    hits=4, tags=["报告"], usage=TOKENS, cost=EURO,
)


def test_cached_answer(answering: Ask) -> None:
    ctl, daemon = answering(0x0502, Answer(cache_pb2.GetCacheEntryReply(found=True, entry=ENTRY)))
    assert ctl("cache", "get", "00ff").stdout.splitlines() == [
        "Chat of 大 from up, for uid/1000", "77 bytes in memory, disk, 4 hits, 1.5 s old, fresh for 1 min 0 s", "tags: 报告", "100 + 20 tokens",
        "cost 12.3456 EUR",
    ]
    assert cache_pb2.GetCacheEntryRequest.FromString(daemon.asked[0]) == cache_pb2.GetCacheEntryRequest(key="00ff", with_reply=False)
    assert "reply" not in ctl.json("cache", "get", "00ff")


@pytest.mark.parametrize(
    ("operation", "reply", "text", "document"),
    [
        (
            "Chat", gateway_pb2.ChatReply(choices=[gateway_pb2.ChatChoice(index=0, text="天很蓝".encode())]), "天很蓝",
            ("choices", 0, "text", "天很蓝"),
        ),
        (
            "Complete", gateway_pb2.CompleteReply(choices=[gateway_pb2.CompleteChoice(index=0, text="从前".encode())]), "从前",
            ("choices", 0, "text", "从前"),
        ),
        ("Embed", gateway_pb2.EmbedReply(embeddings=[gateway_pb2.Embedding(values=[0.5, -1])]), "1 vectors of 2 numbers", ("embeddings", 0, 1, -1)),
    ],
)
def test_content_of_a_cached_answer(
    answering: Ask, operation: str, reply: gateway_pb2.ChatReply, text: str, document: tuple[str, int, str | int, object]
) -> None:
    entry = cache_pb2.CacheEntry(key="00ff", operation=operation, reply=reply.SerializeToString())
    ctl, daemon = answering(0x0502, Answer(cache_pb2.GetCacheEntryReply(found=True, entry=entry)))
    assert ctl("cache", "get", "00ff", "--content").stdout.endswith(f"\n\n{text}\n")
    assert cache_pb2.GetCacheEntryRequest.FromString(daemon.asked[0]).with_reply
    list_, index, key, value = document
    assert ctl.json("cache", "get", "00ff", "--content")["reply"][list_][index][key] == value


def test_what_is_not_cached(answering: Ask) -> None:
    ctl, _ = answering(0x0502, Answer(cache_pb2.GetCacheEntryReply(found=False)))
    assert "00ff" in ctl("cache", "get", "00ff", status=FAILURE).stderr


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (["purge", "--key", "00ff"], {"target": 1, "value": "00ff"}),
        (["purge", "--model", "大"], {"target": 2, "value": "大"}),
        (["purge", "--tag", "报告"], {"target": 3, "value": "报告"}),
        (["purge", "--client", "甲"], {"target": 4, "value": "甲"}),
        (["purge", "--all"], {"target": 5}),
        (["cleanup"], {"target": 6}),
    ],
)
def test_purge(answering: Ask, words: list[str], request_: dict[str, object]) -> None:
    removed = [cache_pb2.CachePurgeCount(tier="memory", entries=3, bytes=7), cache_pb2.CachePurgeCount(tier="disk", entries=9, bytes=8)]
    ctl, daemon = answering(0x0503, Answer(cache_pb2.PurgeCacheReply(removed=removed)))
    assert ctl("cache", *words).stdout == "removed: 3 from memory, 7 bytes; 9 from disk, 8 bytes\n"
    assert cache_pb2.PurgeCacheRequest.FromString(daemon.asked[0]) == cache_pb2.PurgeCacheRequest(**request_)
    assert ctl.json("cache", *words)[0] == {"tier": "memory", "entries": 3, "bytes": 7}


CHANGES = [
    host_pb2.SettingChange(key="models.大.provider", old_value=b'"a"', new_value="\"乙\"".encode()),
    host_pb2.SettingChange(key="server.socket", new_value=b'"/s"', needs_restart=True),
]


def test_reload(answering: Ask) -> None:
    ctl, daemon = answering(0x0601, Answer(host_pb2.ReloadReply(applied=True, changes=CHANGES, path="/etc/配置.toml")))
    assert ctl("reload").stdout.splitlines() == [
        'models.大.provider: "a" → "乙"', 'server.socket: not set → "/s"  (with the next start)',
        "reloaded: 2 settings changed, 1 of them need a restart",
    ]
    assert not host_pb2.ReloadRequest.FromString(daemon.asked[0]).dry_run
    document = ctl.json("reload", "--check")
    assert host_pb2.ReloadRequest.FromString(daemon.asked[1]).dry_run
    assert document["changes"][1] == {"key": "server.socket", "new_value": '"/s"', "needs_restart": True}


def test_reload_of_nothing_new(answering: Ask) -> None:
    ctl, _ = answering(0x0601, Answer(host_pb2.ReloadReply(applied=True)))
    assert ctl("reload").stdout == "nothing has changed\n"


def test_reload_with_mistakes(answering: Ask) -> None:
    problems = [host_pb2.SettingProblem(file="/etc/配置.toml", line=7, key="models.大", message="没有".encode()), host_pb2.SettingProblem(file="f")]
    ctl, _ = answering(0x0601, Answer(host_pb2.ReloadReply(problems=problems)))
    shown = ctl("reload", status=FAILURE)
    assert shown.stdout.splitlines()[0] == "/etc/配置.toml:7: models.大: 没有"
    assert "2 mistakes" in shown.stderr
    assert len(json.loads(ctl("reload", "--json", status=FAILURE).stdout)["problems"]) == 2


def test_drain(answering: Ask) -> None:
    ctl, daemon = answering(0x0602, Answer(host_pb2.DrainReply(in_flight=3, grace_ms=120_000)))
    assert ctl("drain", "--grace", "2m").stdout == "draining: 3 requests in flight have up to 2 min 0 s\n"
    assert host_pb2.DrainRequest.FromString(daemon.asked[0]).grace_ms == 120_000
    assert ctl.json("drain") == {"in_flight": 3, "grace_ms": 120_000}
    assert not host_pb2.DrainRequest.FromString(daemon.asked[1]).HasField("grace_ms")


PAUSE = host_pb2.PauseStatus(scope="model/大", by="uid 0", reason="维护".encode(), remaining_ms=600_000, refuse=True)


def test_pause(answering: Ask) -> None:
    ctl, daemon = answering(0x0603, Answer(host_pb2.PauseReply(found=True, pauses=[PAUSE])))
    assert ctl("pause", "model/大", "--reason", "维护", "--ttl", "10m", "--refuse").stdout == (
        "paused: model/大 by uid 0, 10 min 0 s left, refusing: 维护\n"
    )
    assert host_pb2.PauseRequest.FromString(daemon.asked[0]) == host_pb2.PauseRequest(
        scope="model/大", reason="维护".encode(), ttl_ms=600_000, refuse=True
    )
    assert ctl.json("pause") == [{"scope": "model/大", "by": "uid 0", "reason": "维护", "remaining_ms": 600_000, "refuse": True}]
    assert not host_pb2.PauseRequest.FromString(daemon.asked[1]).HasField("scope")


def test_pause_and_resume_of_nothing(answering: Ask) -> None:
    ctl, _ = answering(0x0603, Answer(host_pb2.PauseReply(found=False)))
    assert "model/没有" in ctl("pause", "model/没有", status=FAILURE).stderr
    ctl, _ = answering(0x0604, Answer(host_pb2.ResumeReply(found=False)))
    assert "nothing is paused" in ctl("resume", status=FAILURE).stderr
    assert "model/大 is not paused" in ctl("resume", "model/大", status=FAILURE).stderr


def test_resume(answering: Ask) -> None:
    ctl, daemon = answering(0x0604, Answer(host_pb2.ResumeReply(found=True)))
    assert ctl("resume", "model/大").stdout == "nothing is paused\n"
    assert host_pb2.ResumeRequest.FromString(daemon.asked[0]).scope == "model/大"


RECORD = host_pb2.RequestRecord(
    request_id="8f3a61c200000017", operation="Chat", model="大", provider="up", client="甲", uid=1000, priority=types_pb2.PRIORITY_NORMAL,
    reason="llmgw.upstream.overloaded", attempts=2, started_unix_ms=1_795_251_905_123, usage=TOKENS, cache=types_pb2.CACHE_STATE_MISS,
    latency=types_pb2.Latency(queue_us=100_000, first_token_us=500_000, total_us=2_500_000, overhead_us=90),
)
EVENTS = [
    host_pb2.Event(
        sequence=7, unix_ms=1_795_251_905_123, kind="breaker", severity="warning", subject="deployment/大/a", message="打开\n了".encode(),
        details=[types_pb2.Label(key="to", value="open")],
    ),
    host_pb2.Event(sequence=11, unix_ms=1_795_251_905_124, kind="request", severity="info", request=RECORD, dropped=3),
]


def test_events(answering: Ask) -> None:
    ctl, daemon = answering(0x0605, Answer(host_pb2.WatchEventsReply(delivered=2, dropped=3), EVENTS))
    shown = ctl("events", "--kind", "breaker", "--kind", "request", "--severity", "info", "--model", "大", "--failures")
    breaker, request = shown.stdout.splitlines()
    assert breaker == "2026-11-21T09:05:05.123Z  warning  breaker  deployment/大/a  打开 了  to=open"
    assert request == (
        "2026-11-21T09:05:05.124Z  info  request  "
        "8f3a61c200000017 Chat of 大 at up for 甲 llmgw.upstream.overloaded in 2.5 s 100 + 20 tokens"
    )
    assert "3 events are missing" in shown.stderr
    assert host_pb2.WatchEventsRequest.FromString(daemon.asked[0]) == host_pb2.WatchEventsRequest(
        kinds=["breaker", "request"], min_severity="info", model="大", failures_only=True
    )


def test_events_for_programs(answering: Ask) -> None:
    ctl, _ = answering(0x0605, Answer(host_pb2.WatchEventsReply(), EVENTS))
    lines = [json.loads(line) for line in ctl("events", "--json").stdout.splitlines()]
    assert lines[0] == {
        "sequence": 7, "time": "2026-11-21T09:05:05.123Z", "kind": "breaker", "severity": "warning", "subject": "deployment/大/a",
        "message": "打开\n了", "details": {"to": "open"},
    }
    assert lines[1]["dropped"] == 3
    assert lines[1]["request"] == {
        "request_id": "8f3a61c200000017", "operation": "Chat", "model": "大", "provider": "up", "client": "甲", "uid": 1000,
        "priority": "normal", "reason": "llmgw.upstream.overloaded", "attempts": 2, "stream": False, "started": "2026-11-21T09:05:05.123Z",
        "queue_us": 100_000, "first_token_us": 500_000, "total_us": 2_500_000, "overhead_us": 90,
        "usage": {"input_tokens": 100, "output_tokens": 20}, "cache": "miss",
    }
    assert len(ctl("events", "--json", "--count", "1").stdout.splitlines()) == 1


def test_slowlog(answering: Ask) -> None:
    ctl, daemon = answering(0x0606, Answer(host_pb2.ListSlowRequestsReply(requests=[RECORD], threshold_ms=1500)))
    _, row, threshold = ctl("slowlog", "--max", "5").stdout.splitlines()
    for shown in ("2026-11-21T09:05:05.123Z", "2.5 s", "100 ms", "500 ms", "90 µs", "llmgw.upstream.overloaded"):
        assert shown in row
    assert threshold == "remembered: what takes 1.5 s or longer"
    assert host_pb2.ListSlowRequestsRequest.FromString(daemon.asked[0]).max == 5
    assert ctl.json("slowlog")["requests"][0]["total_us"] == 2_500_000


def test_latency(answering: Ask) -> None:
    rows = [
        host_pb2.LatencyRow(name="大", span="first token", count=4, p50_us=500_000, p95_us=900_000, p99_us=950_000, max_us=1_000_000),
        host_pb2.LatencyRow(name="小", span="total"),
    ]
    ctl, daemon = answering(0x0607, Answer(host_pb2.GetLatencyReply(rows=rows, window_ms=300_000)))
    heading, full, empty, window = ctl("latency", "--by", "provider").stdout.splitlines()
    assert heading.split()[0] == "PROVIDER"
    assert "first token" in full and "950 ms" in full
    assert empty.split() == ["小", "total", "0", "-", "-", "-", "-"]
    assert window == "of the last 5 min 0 s"
    assert host_pb2.GetLatencyRequest.FromString(daemon.asked[0]).by == host_pb2.LATENCY_GROUPING_PROVIDER
    assert ctl.json("latency")["rows"][1] == {"name": "小", "span": "total", "count": 0}


def test_metrics(answering: Ask) -> None:
    text = 'llmgw_requests_total{gen_ai_request_model="大"} 1\n'
    ctl, daemon = answering(0x0608, Answer(host_pb2.GetMetricsReply(text=text.encode())))
    assert ctl("metrics", "--format", "openmetrics").stdout == text
    assert host_pb2.GetMetricsRequest.FromString(daemon.asked[0]).format == host_pb2.METRICS_FORMAT_OPENMETRICS


def test_status_says_what_is_paused_and_out_of_use(answering: Ask) -> None:
    status = admin_pb2.StatusReply(
        version="1", state="paused", pauses=[PAUSE], waiting=4, cache=COUNTS, costs_today=[EURO], problems=["账本打不开".encode()]
    )
    ctl, _ = answering(0x0301, Answer(status))
    shown = ctl("status").stdout
    for line in (
        "waiting for quota: 4", "cache: hit rate 80.0 %, saved 12.3456 EUR", "spent today: 12.3456 EUR",
        "paused: model/大 by uid 0, 10 min 0 s left, refusing: 维护", "problem: 账本打不开",
    ):
        assert line in shown.splitlines()
    document = ctl.json("status")
    assert (document["state"], document["waiting"], document["problems"]) == ("paused", 4, ["账本打不开"])
    assert document["cache"]["hits"] == 6 and document["pauses"][0]["scope"] == "model/大"


def test_chat_says_how_urgent_it_is_and_what_the_cache_did(answering: Ask) -> None:
    info = types_pb2.ReplyInfo(
        model="大", cache=types_pb2.CACHE_STATE_HIT, cache_age_ms=90_000, cache_key="00ff", usage_source="cache", cost=EURO
    )
    ctl, daemon = answering(0x0201, Answer(gateway_pb2.ChatReply(info=info)))
    assert "cache hit, 1 min 30 s old, 12.3456 EUR" in ctl("chat", "--stats", "--priority", "batch", "--cache", "read-only", "你好").stderr
    envelope = wire_pb2.Request.FromString(daemon.envelopes[0])
    assert (envelope.priority, envelope.cache.mode) == (types_pb2.PRIORITY_BATCH, types_pb2.CACHE_MODE_READ_ONLY)
    shown = ctl.json("chat", "你好")["info"]
    assert (shown["cache"], shown["cache_age_ms"], shown["cache_key"], shown["usage_source"]) == ("hit", 90_000, "00ff", "cache")
    assert shown["cost"] == {"micros": 12_345_600, "currency": "EUR"}
    assert not wire_pb2.Request.FromString(daemon.envelopes[1]).HasField("cache")


def test_a_model_that_is_not_allowed(answering: Ask) -> None:
    status = types_pb2.Status(code=7, reason="llmgw.client.model_not_allowed", message="不许".encode(), retry=types_pb2.RETRY_NEVER)
    ctl, _ = answering(0x0201, Answer(gateway_pb2.ChatReply(), status=status))
    assert "不许" in ctl("chat", "你好", status=DENIED).stderr
