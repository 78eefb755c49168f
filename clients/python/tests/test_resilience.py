"""What both clients ask and read of failures and how they are dealt with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import StartDaemon
from fake_daemon import Session
from google.protobuf.message import Message
from llmgw import AsyncClient, Client, OverloadedError
from llmgw import _frames as frames
from llmgw.types import Attempt
from llmgw.v1 import admin_pb2, gateway_pb2, types_pb2, wire_pb2

BOTH = pytest.mark.parametrize("kind", ["sync", "asyncio"])


def ask(kind: str, path: str, method: str, *arguments: Any, **options: Any) -> Any:
    """What the method returns; of a stream, its chunks and its reply."""

    def blocking() -> Any:
        with Client(path) as client:
            result = getattr(client, method)(*arguments, **options)
            return (list(result), result.reply) if hasattr(result, "__next__") else result

    async def waiting() -> Any:
        async with AsyncClient(path) as client:
            result = await getattr(client, method)(*arguments, **options)
            return ([chunk async for chunk in result], result.reply) if hasattr(result, "__anext__") else result

    return blocking() if kind == "sync" else asyncio.run(waiting())


def end(reply: Message) -> wire_pb2.End:
    return wire_pb2.End(status=types_pb2.Status(code=0), reply=reply.SerializeToString())


def answered(daemon: StartDaemon, number: int, reply: Message, *chunks: Message) -> tuple[str, list[wire_pb2.Request]]:
    """A daemon that expects one request of this method, and what was asked of it."""
    asked: list[wire_pb2.Request] = []

    def script(session: Session) -> None:
        session.open()
        frame = session.request()
        assert frame.method == number
        asked.append(wire_pb2.Request.FromString(frame.payload))
        for chunk in chunks:
            session.send(frames.DATA, frame.stream, chunk)
        session.send(frames.END, frame.stream, end(reply))
        session.wait_closed()

    return daemon(script).path, asked


@BOTH
def test_deployments(daemon: StartDaemon, kind: str) -> None:
    status = admin_pb2.DeploymentStatus(model="模型", name="a", state="gated", gated_ms=3000)
    path, _ = answered(daemon, 0x0305, admin_pb2.ListDeploymentsReply(deployments=[status]))
    assert ask(kind, path, "list_deployments") == [status]


@BOTH
def test_breakers(daemon: StartDaemon, kind: str) -> None:
    status = admin_pb2.BreakerStatus(scope="provider/供", state="forced-open", forced_by="uid 0", forced_reason="维护".encode())
    path, _ = answered(daemon, 0x0306, admin_pb2.ListBreakersReply(breakers=[status]))
    assert ask(kind, path, "list_breakers") == [status]


@BOTH
@pytest.mark.parametrize("found", [True, False])
def test_set_breaker(daemon: StartDaemon, kind: str, found: bool) -> None:
    path, asked = answered(daemon, 0x0307, admin_pb2.SetBreakerReply(found=found))
    assert ask(kind, path, "set_breaker", "provider/供", "force-open", reason="维护", ttl=0.0001) is found
    assert admin_pb2.SetBreakerRequest.FromString(asked[0].body) == admin_pb2.SetBreakerRequest(
        scope="provider/供", action=admin_pb2.BREAKER_ACTION_FORCE_OPEN, reason="维护".encode(), ttl_ms=1
    )


@BOTH
@pytest.mark.parametrize(("word", "action"), [("reset", 1), ("force-open", 2), ("force-closed", 3)])
def test_actions(daemon: StartDaemon, kind: str, word: str, action: int) -> None:
    path, asked = answered(daemon, 0x0307, admin_pb2.SetBreakerReply(found=True))
    assert ask(kind, path, "set_breaker", "deployment/模型/a", word)
    request = admin_pb2.SetBreakerRequest.FromString(asked[0].body)
    assert request.action == action
    assert not request.HasField("ttl_ms") and not request.HasField("reason")


@BOTH
def test_orders_without_meaning_are_not_sent(kind: str) -> None:
    with pytest.raises(ValueError, match="force-open"):
        ask(kind, "/nowhere", "set_breaker", "provider/p", "open")
    with pytest.raises(ValueError, match="ttl"):
        ask(kind, "/nowhere", "set_breaker", "provider/p", "force-open", ttl=0)


@BOTH
@pytest.mark.parametrize("model", ["模型", None])
def test_results_of_a_test(daemon: StartDaemon, kind: str, model: str | None) -> None:
    results = [
        admin_pb2.TestResult(model="模型", deployment="a", status=types_pb2.Status(code=0), first_token_us=7),
        admin_pb2.TestResult(model="模型", deployment="b", status=types_pb2.Status(code=9, reason="llmgw.upstream.authentication")),
    ]
    summary = admin_pb2.TestModelsReply(ok=1, failed=1)
    path, asked = answered(daemon, 0x0308, summary, *results)
    assert ask(kind, path, "test_models", model) == (results, summary)
    request = admin_pb2.TestModelsRequest.FromString(asked[0].body)
    assert (request.model if request.HasField("model") else None) == model


@BOTH
def test_explain(daemon: StartDaemon, kind: str) -> None:
    step = admin_pb2.TraceStep(decision="attempt", reason="llmgw.upstream.overloaded", http_status=529, detail="权重".encode())
    trace = admin_pb2.RequestTrace(request_id="r1", model="模型", steps=[step])
    path, asked = answered(daemon, 0x0309, admin_pb2.ExplainReply(found=True, trace=trace))
    assert ask(kind, path, "explain", "r1") == trace
    assert admin_pb2.ExplainRequest.FromString(asked[0].body).request_id == "r1"
    path, _ = answered(daemon, 0x0309, admin_pb2.ExplainReply(found=False))
    assert ask(kind, path, "explain", "r2") is None


@BOTH
def test_alerts(daemon: StartDaemon, kind: str) -> None:
    alert = admin_pb2.AlertStatus(name="慢", state="firing", value=0.5, threshold=0.9)
    path, _ = answered(daemon, 0x030A, admin_pb2.ListAlertsReply(alerts=[alert]))
    assert ask(kind, path, "list_alerts") == [alert]


@BOTH
@pytest.mark.parametrize("choice", [True, False, None])
@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("chat", ("你好",)), ("stream_chat", ("你好",)), ("complete", ("从前",)), ("stream_complete", ("从前",)), ("embed", ("一",)),
        ("batch", (["你好"],)),
    ],
)
def test_whether_to_repeat_what_may_have_been_processed(
    daemon: StartDaemon, kind: str, choice: bool | None, method: str, arguments: tuple[Any, ...]
) -> None:
    numbers = {"chat": 0x0201, "complete": 0x0202, "embed": 0x0203, "batch": 0x0204}
    # An empty message of any of these methods is a valid reply.
    path, asked = answered(daemon, numbers[method.removeprefix("stream_")], gateway_pb2.ChatReply())
    ask(kind, path, method, *arguments, retry_ambiguous=choice)
    assert (asked[0].retry_ambiguous if asked[0].HasField("retry_ambiguous") else None) is choice


@BOTH
def test_where_an_answer_came_from(daemon: StartDaemon, kind: str) -> None:
    failed = types_pb2.AttemptInfo(
        model="大", deployment="a", provider="p", reason="llmgw.upstream.overloaded", http_status=529, duration_us=3000
    )
    succeeded = types_pb2.AttemptInfo(
        model="小", deployment="b", provider="q", wait_us=500_000, duration_us=1_000_000, first_token_us=200_000
    )
    info = types_pb2.ReplyInfo(attempts=2, source="fallback", path=[failed, succeeded])
    path, _ = answered(daemon, 0x0201, gateway_pb2.ChatReply(info=info))
    reply = ask(kind, path, "chat", "你好")
    assert reply.info.source == "fallback"
    assert reply.info.path == (
        Attempt("大", "a", "p", "llmgw.upstream.overloaded", 529, 0, 0.003, None),
        Attempt("小", "b", "q", None, None, 0.5, 1, 0.2),
    )


@BOTH
def test_no_source_is_none(daemon: StartDaemon, kind: str) -> None:
    path, _ = answered(daemon, 0x0201, gateway_pb2.ChatReply())
    info = ask(kind, path, "chat", "你好").info
    assert info.source is None and info.path == ()


@BOTH
@pytest.mark.parametrize("reason", ["llmgw.gateway.no_healthy_target", "llmgw.gateway.breaker_open"])
def test_nothing_is_healthy(daemon: StartDaemon, kind: str, reason: str) -> None:
    def script(session: Session) -> None:
        session.open()
        session.refuse(session.request().stream, reason, 14, retry=types_pb2.RETRY_AFTER, retry_after_ms=1500)
        session.wait_closed()

    with pytest.raises(OverloadedError) as caught:
        ask(kind, daemon(script).path, "chat", "你好")
    assert caught.value.retry_after == 1.5
    assert caught.value.retryable
