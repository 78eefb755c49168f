"""llmgw-ctl: how it shows failures and how they are dealt with, to people and to programs, and what it asks to step in."""

from __future__ import annotations

import pathlib

import pytest
from conftest import Ask
from harness.answers import Answer
from harness.tool import FAILURE, UPSTREAM, USAGE, Tool
from llmgw.v1 import admin_pb2, gateway_pb2, types_pb2

LIST_DEPLOYMENTS, LIST_BREAKERS, SET_BREAKER, TEST_MODELS, EXPLAIN, LIST_ALERTS, CHAT = *range(0x0305, 0x030B), 0x0201


DEPLOYMENTS = admin_pb2.ListDeploymentsReply(
    deployments=[
        admin_pb2.DeploymentStatus(
            model="模型", name="eu", provider="供应商", upstream_model="u", state="gated", breaker="closed", gated_ms=12_400, in_flight=3,
            weight=0.5, priority=1, requests=10, successes=9, failures=1, success_rate=0.9915,
            failure_counts=[admin_pb2.FailureCount(reason="llmgw.upstream.rate_limited", count=1)],
            first_token_p50_us=210_000, first_token_p95_us=850_000, first_token_p99_us=900_000,
            total_p50_us=1_000_000, total_p95_us=2_000_000, total_p99_us=3_000_000,
        ),
        admin_pb2.DeploymentStatus(model="small", name="us", provider="up", upstream_model="small", state="healthy", breaker="off"),
    ]
)


def test_providers_for_people(answering: Ask) -> None:
    ctl, _ = answering(LIST_DEPLOYMENTS, Answer(DEPLOYMENTS))
    heading, wide, plain = ctl("providers").stdout.splitlines()
    assert heading.split()[:5] == ["MODEL", "DEPLOYMENT", "PROVIDER", "STATE", "BREAKER"]
    for shown in ("供应商", "gated", "12.4 s", "99.2 %", "210 ms", "850 ms", "llmgw.upstream.rate_limited × 1"):
        assert shown in wide
    assert plain.split() == ["small", "us", "up", "healthy", "off", "-", "0", "0", "-", "-", "-", "-"]


def test_providers_for_programs(answering: Ask) -> None:
    ctl, _ = answering(LIST_DEPLOYMENTS, Answer(DEPLOYMENTS))
    full, empty = ctl.json("providers")
    assert full == {
        "model": "模型", "deployment": "eu", "provider": "供应商", "upstream_model": "u", "state": "gated", "breaker": "closed",
        "gated_ms": 12_400, "in_flight": 3, "weight": 0.5, "priority": 1, "requests": 10, "successes": 9, "failures": 1,
        "failure_counts": {"llmgw.upstream.rate_limited": 1}, "success_rate": 0.9915,
        "first_token_us": {"p50": 210_000, "p95": 850_000, "p99": 900_000},
        "total_us": {"p50": 1_000_000, "p95": 2_000_000, "p99": 3_000_000},
    }
    # Nothing is said of what nobody knows.
    assert not {"gated_ms", "success_rate", "first_token_us", "total_us"} & empty.keys()


def test_a_rate_that_is_no_number_is_null(answering: Ask) -> None:
    reply = admin_pb2.ListDeploymentsReply(deployments=[admin_pb2.DeploymentStatus(success_rate=float("nan"), weight=float("inf"))])
    ctl, _ = answering(LIST_DEPLOYMENTS, Answer(reply))
    deployment = ctl.json("providers")[0]
    assert deployment["success_rate"] is None
    assert deployment["weight"] is None
    assert "nan" in ctl("providers").stdout


BREAKERS = admin_pb2.ListBreakersReply(
    breakers=[
        admin_pb2.BreakerStatus(
            scope="deployment/模型/eu", state="open", failure_rate=0.5, slow_rate=0, calls=20, consecutive_failures=5, opens=2,
            remaining_ms=15_000,
        ),
        admin_pb2.BreakerStatus(
            scope="provider/up", state="forced-open", forced_by="uid 0", forced_reason="供应商维护".encode(), forced_remaining_ms=1_790_000
        ),
    ]
)


@pytest.mark.parametrize("words", [("breakers",), ("breakers", "list")])
def test_breakers_for_people(answering: Ask, words: tuple[str, ...]) -> None:
    ctl, _ = answering(LIST_BREAKERS, Answer(BREAKERS))
    heading, opened, forced = ctl(*words).stdout.splitlines()
    assert heading.startswith("SCOPE")
    for shown in ("deployment/模型/eu", "50.0 %", "0.0 %", "15.0 s"):
        assert shown in opened
    assert "by uid 0, 29 min 50 s left: 供应商维护" in forced


def test_breakers_for_programs(answering: Ask) -> None:
    ctl, _ = answering(LIST_BREAKERS, Answer(BREAKERS))
    opened, forced = ctl.json("breakers")
    assert (opened["state"], opened["failure_rate"], opened["slow_rate"], opened["remaining_ms"]) == ("open", 0.5, 0, 15_000)
    assert "forced_by" not in opened
    assert (forced["forced_by"], forced["forced_reason"], forced["forced_remaining_ms"]) == ("uid 0", "供应商维护", 1_790_000)


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (["reset", "provider/up"], {"action": 1}),
        (["force-open", "provider/up", "--ttl", "30m", "--reason", "维护"], {"action": 2, "ttl_ms": 1_800_000, "reason": "维护".encode()}),
        (["force-close", "provider/up"], {"action": 3}),
    ],
)
def test_stepping_in(answering: Ask, words: list[str], request_: dict[str, object]) -> None:
    ctl, daemon = answering(SET_BREAKER, Answer(admin_pb2.SetBreakerReply(found=True)))
    assert "provider/up" in ctl("breakers", *words).stdout
    assert admin_pb2.SetBreakerRequest.FromString(daemon.asked[0]) == admin_pb2.SetBreakerRequest(scope="provider/up", **request_)


def test_stepping_in_where_there_is_nothing(answering: Ask) -> None:
    ctl, _ = answering(SET_BREAKER, Answer(admin_pb2.SetBreakerReply(found=False)))
    error = ctl("breakers", "reset", "provider/没有", status=FAILURE).stderr
    assert "provider/没有" in error
    assert "llmgw-ctl breakers" in error


@pytest.mark.parametrize("ttl", ["0s", "30", "-1m", "soon", "1.5h", ""])
def test_a_time_that_is_none_is_refused_before_anything_is_asked(answering: Ask, ttl: str) -> None:
    ctl, daemon = answering(SET_BREAKER, Answer(admin_pb2.SetBreakerReply(found=True)))
    assert "--ttl" in ctl("breakers", "force-open", "provider/up", f"--ttl={ttl}", status=USAGE).stderr
    ctl("breakers", "reset", "provider/up", "--ttl=1m", status=USAGE)
    assert daemon.asked == []


RESULTS = [
    admin_pb2.TestResult(
        model="模型", deployment="eu", provider="供应商", status=types_pb2.Status(code=0), duration_us=900_000, first_token_us=210_000
    ),
    admin_pb2.TestResult(
        model="small", deployment="us", provider="up", duration_us=80_000,
        status=types_pb2.Status(
            code=9, reason="llmgw.upstream.authentication", message="the upstream refused the key".encode(), upstream_http_status=401
        ),
    ),
]


def test_models_that_fail(answering: Ask) -> None:
    ctl, daemon = answering(TEST_MODELS, Answer(admin_pb2.TestModelsReply(ok=1, failed=1), RESULTS))
    shown = ctl("test", status=UPSTREAM)
    good, bad, summary = shown.stdout.splitlines()
    assert good == "ok      模型/eu at 供应商: first token 210 ms, total 900 ms"
    assert bad == "failed  small/us at up: llmgw.upstream.authentication (HTTP 401) after 80 ms: the upstream refused the key"
    assert summary == "1 ok, 1 failed"
    assert "1 of 2" in shown.stderr
    assert not admin_pb2.TestModelsRequest.FromString(daemon.asked[0]).HasField("model")


def test_models_that_answer(answering: Ask) -> None:
    ctl, daemon = answering(TEST_MODELS, Answer(admin_pb2.TestModelsReply(ok=1, failed=0), RESULTS[:1]))
    assert ctl("test", "模型").stdout.splitlines()[-1] == "1 ok, 0 failed"
    assert admin_pb2.TestModelsRequest.FromString(daemon.asked[0]).model == "模型"
    document = ctl.json("test")
    assert (document["ok"], document["failed"]) == (1, 0)
    assert document["results"] == [
        {"model": "模型", "deployment": "eu", "provider": "供应商", "ok": True, "duration_us": 900_000, "first_token_us": 210_000}
    ]


STEPS = [
    admin_pb2.TraceStep(
        at_us=100, model="模型", deployment="eu", decision="attempt", reason="llmgw.upstream.overloaded", http_status=529, duration_us=80_000
    ),
    admin_pb2.TraceStep(at_us=80_100, model="模型", decision="wait", wait_us=500_000, detail="退避".encode()),
    admin_pb2.TraceStep(at_us=580_100, model="small", deployment="us", decision="fallback", duration_us=900_000),
]
TRACE = admin_pb2.RequestTrace(
    request_id="8f3a61c200000017", operation="Chat", model="模型", uid=1000, started_ms_ago=12_400, steps=STEPS
)


def test_why_for_people(answering: Ask) -> None:
    ctl, daemon = answering(EXPLAIN, Answer(admin_pb2.ExplainReply(found=True, trace=TRACE)))
    about, heading, attempt, wait, fallback, end = ctl("why", "8f3a61c200000017").stdout.splitlines()
    assert about == "request 8f3a61c200000017: Chat of 模型 by uid 1000, 12.4 s ago"
    assert heading.startswith("AT")
    assert "llmgw.upstream.overloaded (HTTP 529)" in attempt and "80 ms" in attempt
    assert "500 ms" in wait and "退避" in wait and " ok" not in wait
    assert fallback.split() == ["580", "ms", "fallback", "small", "us", "-", "900", "ms", "ok", "-"]
    assert end == "succeeded"
    assert admin_pb2.ExplainRequest.FromString(daemon.asked[0]).request_id == "8f3a61c200000017"


@pytest.mark.parametrize(
    ("fields", "end"),
    [({"reason": "llmgw.gateway.no_healthy_target"}, "failed: llmgw.gateway.no_healthy_target"), ({"running": True}, "still running")],
)
def test_how_a_request_ended(answering: Ask, fields: dict[str, object], end: str) -> None:
    trace = admin_pb2.RequestTrace(request_id="8f3a61c200000017", **fields)
    ctl, _ = answering(EXPLAIN, Answer(admin_pb2.ExplainReply(found=True, trace=trace)))
    assert ctl("why", "8f3a61c200000017").stdout.splitlines()[-1] == end


def test_why_for_programs(answering: Ask) -> None:
    ctl, _ = answering(EXPLAIN, Answer(admin_pb2.ExplainReply(found=True, trace=TRACE)))
    trace = ctl.json("why", "8f3a61c200000017")
    assert (trace["model"], trace["uid"], trace["running"]) == ("模型", 1000, False)
    assert [step["decision"] for step in trace["steps"]] == ["attempt", "wait", "fallback"]
    assert trace["steps"][0]["http_status"] == 529
    assert "reason" not in trace and "reason" not in trace["steps"][2]


def test_why_of_what_nobody_remembers(answering: Ask) -> None:
    ctl, _ = answering(EXPLAIN, Answer(admin_pb2.ExplainReply(found=False)))
    assert "8f3a61c200000018" in ctl("why", "8f3a61c200000018", status=FAILURE).stderr


@pytest.mark.parametrize("reason", ["llmgw.gateway.no_healthy_target", "llmgw.gateway.breaker_open"])
def test_nothing_is_healthy(answering: Ask, reason: str) -> None:
    status = types_pb2.Status(code=14, reason=reason, message="歇一会儿".encode(), retry=types_pb2.RETRY_AFTER, retry_after_ms=1500)
    ctl, _ = answering(CHAT, Answer(gateway_pb2.ChatReply(), status=status))
    error = ctl("chat", "你好", status=UPSTREAM).stderr
    assert "歇一会儿" in error
    assert reason in error
    assert "retry after 1.5 s" in error


def test_alerts(answering: Ask) -> None:
    alert = admin_pb2.AlertStatus(
        name="成功率", severity="critical", state="firing", metric="success rate", subject="model/模型", value=5 / 6, threshold=0.95,
        since_ms=90_000,
    )
    ctl, _ = answering(LIST_ALERTS, Answer(admin_pb2.ListAlertsReply(alerts=[alert])))
    line = ctl("alerts").stdout.splitlines()[1]
    for shown in ("成功率", "critical", "firing", "1 min 30 s", "success rate", "model/模型", "0.833", "0.95"):
        assert shown in line
    assert ctl.json("alerts")[0]["value"] == 5 / 6


def test_chat_says_where_the_answer_came_from(answering: Ask) -> None:
    failed = types_pb2.AttemptInfo(model="大", deployment="a", provider="p", reason="llmgw.upstream.overloaded", http_status=529)
    succeeded = types_pb2.AttemptInfo(model="小", deployment="b", provider="q", wait_us=5, duration_us=7, first_token_us=6)
    info = types_pb2.ReplyInfo(model="小", provider="q", attempts=2, source="fallback", path=[failed, succeeded])
    ctl, _ = answering(CHAT, Answer(gateway_pb2.ChatReply(info=info)))
    shown = ctl.json("chat", "你好")["info"]
    assert shown["source"] == "fallback"
    assert shown["path"] == [
        {
            "model": "大", "deployment": "a", "provider": "p", "reason": "llmgw.upstream.overloaded", "http_status": 529, "wait_us": 0,
            "duration_us": 0,
        },
        {"model": "小", "deployment": "b", "provider": "q", "wait_us": 5, "duration_us": 7, "first_token_us": 6},
    ]
    assert "fallback after 2 attempts" in ctl("chat", "--stats", "你好").stderr


@pytest.mark.parametrize("command", ["providers", "breakers", "test", "why", "alerts"])
def test_help_and_completion(command: str, tmp_path: pathlib.Path) -> None:
    ctl = Tool(tmp_path / "nothing.sock")
    assert "EXAMPLES" in ctl(command, "--help").stdout
    for shell in ("bash", "zsh", "fish"):
        assert command in ctl("completion", shell).stdout
