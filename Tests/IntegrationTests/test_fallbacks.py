"""Who answers when the first choice cannot: other deployments, fallback models, a text of the configuration.

Proved here: one of two keys refused; a model that is not there; the chains for failures, for long conversations and for refused content, each
only for its own errors; no fallback behind content, nor for a loss that must not be repeated; capabilities; the canned reply, whole and
streamed; that the answer tells its source and its path; deployments that have no words for a request, or no room for it.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.acting import hangs
from harness.configuration import EAGER, PROMPT, section, several
from harness.processes import Simulator
from harness.resilience import attempts, deployment, gate, trace
from harness.scripts import in_turn, refused, status, works
from harness.upstream import ScriptedUpstream
from llmgw import Client, GatewayError
from llmgw.types import ReplyInfo, Tool

TOOL = Tool("weather", parameters={"type": "object"})
CANNED = "现在没有人能回答，请稍后再试。"


@pytest.fixture
def good(upstream: StartUpstream) -> ScriptedUpstream:
    return upstream(works)


def ask(client: Client, *, stream: bool, **options: Any) -> tuple[str, ReplyInfo]:
    if not stream:
        reply = client.chat(PROMPT, **options)
        return reply.text, reply.info
    with client.stream_chat(PROMPT, **options) as chunks:
        return "".join(chunk.text for chunk in chunks), chunks.reply.info


def way(info: ReplyInfo) -> list[tuple[str, str | None]]:
    """Model and reason of each attempt."""
    return [(step.model, step.reason and step.reason.rpartition(".")[2]) for step in info.path]


BOTH = pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])


def chained(sim: Simulator, good: ScriptedUpstream, **model: Any) -> str:
    """Models that fail, as the simulator has them, and "good", which works; `model` for each that fails."""
    failing = ["sim-500", "sim-503", "sim-429", "sim-401", "sim-403", "sim-404", "sim-429-quota", "sim-context", "sim-filter", "sim-400",
               "sim-429-too-large", "sim-close", "sim-error-200", "sim-cut", "sim"]
    return several(
        {**{f"p-{name}": sim.base_url for name in failing}, "good": good.base_url},
        {**{name: {"provider": f"p-{name}", **model} for name in failing}, "good": {"provider": "good"}},
        resilience={**EAGER, "max_attempts": 2, "max_total_attempts": 3, "breaker": "off"},
    )


#: What each failure leads to, with the chain for failures alone: the model's attempts, and whether the other model is asked.
GENERAL = {
    "sim-500": (["server_error"] * 2, True), "sim-503": (["overloaded"] * 2, True), "sim-429": (["rate_limited"], True),
    "sim-401": (["authentication"], True), "sim-403": (["permission_denied"], True), "sim-404": (["model_not_found"], True),
    "sim-429-quota": (["quota_exhausted"], True), "sim-error-200": (["overloaded"] * 2, True), "sim-context":
    (["context_length_exceeded"], False), "sim-filter": (["content_filtered"], False), "sim-400": (["invalid_request"], False),
    "sim-429-too-large": (["request_too_large"], False), "sim-close": (["connection_lost"], False),
}


@BOTH
def test_the_chain_for_failures(daemon: StartDaemon, sim: Simulator, good: ScriptedUpstream, stream: bool) -> None:
    client = daemon(chained(sim, good, fallbacks=["good"])).client()
    for model, (reasons, falls_back) in GENERAL.items():
        asked = len(good.requests)
        if falls_back:
            text, info = ask(client, stream=stream, model=model)
            steps = way(info)
            assert (text, info.source, info.model, info.provider) == ("好的", "fallback", "good", "good")
            assert steps[-1] == ("good", None)
            # What need not wait for the same model goes to the other one earlier.
            assert steps[:-1] == [(model, reason) for reason in reasons][:len(steps) - 1] and len(steps) >= 2
        else:
            error = refused(client, model=model)
            assert [step.reason for step in attempts(client, error.request_id)] == reasons
        assert len(good.requests) - asked == (1 if falls_back else 0), model
    assert good.requests[0].json["model"] == "good"


@pytest.mark.parametrize("setting,models", [
    ("fallbacks_context", {"sim-context", "sim-429-too-large"}), ("fallbacks_content", {"sim-filter"}),
])
def test_the_chains_for_one_kind_of_error(
    daemon: StartDaemon, sim: Simulator, good: ScriptedUpstream, setting: str, models: set[str]
) -> None:
    client = daemon(chained(sim, good, **{setting: ["good"]})).client()
    for model in GENERAL:
        if model in models:
            _, info = ask(client, stream=False, model=model)
            assert (info.source, way(info)[-1]) == ("fallback", ("good", None))
        else:
            assert refused(client, model=model, timeout=1).model == model
    assert len(good.requests) == len(models)


def test_reasons_that_the_configuration_keeps_at_home(daemon: StartDaemon, sim: Simulator, good: ScriptedUpstream) -> None:
    toml = chained(sim, good, fallbacks=["good"]).replace("[resilience]\n", '[resilience]\nno_fallback = ["llmgw.upstream.server_error"]\n')
    assert refused(daemon(toml).client(), model="sim-500").attempts == 2
    assert not good.requests


def test_nobody_else_goes_on_with_what_was_begun(daemon: StartDaemon, sim: Simulator, good: ScriptedUpstream) -> None:
    client = daemon(chained(sim, good, fallbacks=["good"], canned_reply=CANNED)).client()
    texts = []
    with pytest.raises(GatewayError) as caught:
        for chunk in client.stream_chat(PROMPT, model="sim-cut", retry_ambiguous=True):
            texts.append(chunk.text)
    assert caught.value.reason == "llmgw.upstream.stream_truncated"
    assert "".join(texts).startswith("(simulated) ") and CANNED not in "".join(texts)
    assert not good.requests and sim.counts("sim-cut")["received"] == 1


@BOTH
def test_a_key_that_is_refused_rests_and_the_other_serves(
    daemon: StartDaemon, upstream: StartUpstream, good: ScriptedUpstream, stream: bool
) -> None:
    bad = upstream(lambda exchange: exchange.reply({"error": {"message": "钥匙不对", "code": "invalid_api_key"}}, 401))
    client = daemon(several(
        {"one": bad.base_url, "two": good.base_url},
        {"sim": {"deployments": {"first": {"provider": "one", "priority": 0}, "second": {"provider": "two", "priority": 1}},
                 "strategy": "priority"}},
        resilience={**EAGER, "breaker": "aggressive"},
    )).client()
    text, info = ask(client, stream=stream)
    assert (text, info.source) == ("好的", "model"), "another deployment of the same model is no fallback"
    assert [step.deployment for step in info.path] == ["first", "second"]
    for _ in range(5):
        assert [step.deployment for step in ask(client, stream=stream)[1].path] == ["second"]
    assert len(bad.requests) == 1
    assert 250 < gate(client, "sim", "first") <= 300 and gate(client, "sim", "second") == 0
    assert deployment(client, "sim", "first").state == "gated"


def test_who_cannot_do_it_is_not_asked(daemon: StartDaemon, sim: Simulator, good: ScriptedUpstream) -> None:
    """The chain goes on to the one that can."""
    client = daemon(several(
        {"bad": sim.base_url, "good": good.base_url},
        {
            "sim-500": {"provider": "bad", "fallbacks": ["plain", "able"]}, "plain": {"provider": "good", "capabilities": ["chat"]},
            "able": {"provider": "good", "capabilities": ["chat", "tools"]},
        },
    )).client()
    reply = client.chat(PROMPT, tools=[TOOL])
    assert (reply.info.model, len(good.requests)) == ("able", 1)


#: What the caller can mend, and should hear.
MISTAKES = {"sim-context", "sim-filter", "sim-400", "sim-429-too-large"}


@BOTH
def test_the_canned_reply(daemon: StartDaemon, sim: Simulator, good: ScriptedUpstream, stream: bool) -> None:
    """For failures, after every attempt; never for mistakes, nor for what needs more than text."""
    client = daemon(chained(sim, good, canned_reply=CANNED)).client()
    for model, (reasons, falls_back) in GENERAL.items():
        if model in MISTAKES:
            assert refused(client, model=model).reason == f"llmgw.upstream.{reasons[0]}"
            continue
        text, info = ask(client, stream=stream, model=model, timeout=1)
        assert (text, info.source, info.model) == (CANNED, "canned", model)
        assert way(info) == [(model, reason) for reason in reasons]
        # Who is closed now is not waited for, as there is something to say.
        if falls_back:
            assert ask(client, stream=stream, model=model, timeout=5)[1].source == "canned"
    with pytest.raises(GatewayError):
        client.chat(PROMPT, model="没有")
    assert refused(client, model="sim-500", tools=[TOOL]).reason == "llmgw.upstream.server_error"
    text, info = ask(client, stream=stream, model="sim")
    assert (info.source, text != CANNED) == ("model", True)


# Where a request cannot be said: Anthropic's API wants max_tokens, and has no seed

ANTHROPIC = {"base_url": "http://127.0.0.1:1", "kind": "anthropic"}


@BOTH
def test_who_has_no_words_for_it_is_passed_over(
    daemon: StartDaemon, upstream: StartUpstream, good: ScriptedUpstream, stream: bool
) -> None:
    """The chain goes on behind it, and the outage is not hidden."""
    bad = upstream(status(503))
    client = daemon(several(
        {"bad": bad.base_url, "good": good.base_url, "claude": ANTHROPIC},
        {"sim": {"provider": "bad", "fallbacks": ["克劳德", "local"]}, "克劳德": {"provider": "claude"}, "local": {"provider": "good"}},
        resilience={**EAGER, "max_attempts": 1, "breaker": "off"},
    )).client()
    for options in [{}, {"max_tokens": 9, "seed": 7}]:
        text, info = ask(client, stream=stream, **options)
        assert (text, info.source) == ("好的", "fallback")
        assert way(info) == [("sim", "overloaded"), ("local", None)], "nobody was asked who could not be"
        steps = trace(client, info.request_id).steps
        (passed,) = [step for step in steps if step.model == "克劳德"]
        assert passed.reason == "llmgw.client.invalid_request"
        assert ("max_tokens" if not options else "seed") in passed.detail.decode()
    assert len(good.requests) == 2


def test_one_of_a_models_deployments_has_no_words_for_it(daemon: StartDaemon, good: ScriptedUpstream) -> None:
    """Whichever the balancer takes first. No attempt is used up by one that was none, and of the client's limit what a request takes."""
    client = daemon(several(
        {"good": good.base_url, "claude": ANTHROPIC},
        {"sim": {"deployments": {"one": {"provider": "claude", "priority": 0}, "two": {"provider": "good", "priority": 1}},
                 "strategy": "priority"}},
        resilience={**EAGER, "max_attempts": 1, "max_total_attempts": 1},
    ) + section("clients.default", {"rpm": 3})).client()
    for _ in range(3):
        info = client.chat(PROMPT, seed=7, max_tokens=9).info
        assert ([step.deployment for step in info.path], info.attempts, info.source) == (["two"], 1, "model")
    assert deployment(client, "sim", "one").state == "healthy"
    assert refused(client, seed=7, max_tokens=9, timeout=1).reason == "llmgw.gateway.quota_exhausted"


def test_when_nobody_has_words_for_it(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The caller can mend that. Where an upstream failed before, that comes first, and so does the canned reply."""
    bad = upstream(status(503))
    client = daemon(several(
        {"bad": bad.base_url, "claude": ANTHROPIC},
        {"claude": {"provider": "claude"}, "sim": {"provider": "bad", "fallbacks": ["claude"]},
         "canned": {"provider": "bad", "fallbacks": ["claude"], "canned_reply": CANNED}},
        resilience={**EAGER, "max_attempts": 1, "breaker": "off"},
    )).client()
    error = refused(client, model="claude")
    assert (error.reason, error.attempts) == ("llmgw.client.invalid_request", 0) and "max_tokens" in str(error)
    error = refused(client, model="sim")
    assert (error.reason, error.attempts, error.model) == ("llmgw.upstream.overloaded", 1, "sim")
    assert client.chat(PROMPT, model="canned").text == CANNED


# Where there is no room

FULL = {"max_concurrency": 1, "max_queue": 0}


@pytest.mark.parametrize("code,reason", [("content_filter", "content_filtered"), ("server_error", "server_error")])
def test_a_full_fallback_leads_back_to_nobody(daemon: StartDaemon, upstream: StartUpstream, code: str, reason: str) -> None:
    """What one has refused or failed at is not sent to it again because the next has no room: each time would be paid for. Whoever is left of the
    chain is asked."""
    bad = upstream(status(400, {"error": {"message": "不行", "code": code}}))
    none, good = upstream(works), upstream(works)
    chain = {"deployments": {"one": "a"}, "fallbacks": ["small"], "fallbacks_content": ["small"]}
    client = daemon(several(
        {"a": bad.base_url, "tiny": {"base_url": none.base_url, "tpm": 10}, "good": good.base_url},
        {"sim": chain, "small": {"provider": "tiny"}, "large": {"provider": "good"},
         "longer": {**chain, "fallbacks": ["small", "large"], "fallbacks_content": ["small", "large"]},
         "canned": {**chain, "canned_reply": CANNED}},
        resilience={**EAGER, "max_attempts": 1, "breaker": "off"},
    )).client()
    error = refused(client)
    assert (error.reason, error.attempts, error.model) == (f"llmgw.upstream.{reason}", 1, "sim")
    assert [step.detail for step in trace(client, error.request_id).steps if step.reason == "llmgw.client.exceeds_limit"] == [b"no room"]
    assert len(bad.requests) == 1
    assert way(client.chat(PROMPT, model="longer").info) == [("longer", reason), ("large", None)]
    if code == "server_error":
        assert client.chat(PROMPT, model="canned").text == CANNED
    assert not none.requests


def test_who_opens_in_time_is_waited_for_where_the_other_is_full(daemon: StartDaemon, upstream: StartUpstream) -> None:
    gated = upstream(in_turn(status(429, retry_after_ms="1500")))
    full = upstream(hangs)
    client = daemon(several(
        {"a": gated.base_url, "b": {"base_url": full.base_url, **FULL}},
        {"sim": {"deployments": {"gated": {"provider": "a", "priority": 0}, "full": {"provider": "b", "priority": 1}},
                 "strategy": "priority"},
         "a": {"provider": "a", "upstream_model": "sim"}, "b": {"provider": "b"}},
        resilience={**EAGER, "max_attempts": 1, "breaker": "off"},
    )).client()
    with client.stream_chat(PROMPT, model="b"):
        full.wait_for(1)
        assert refused(client, model="a").reason == "llmgw.upstream.rate_limited"
        assert gate(client, "sim", "gated") > 0
        info = client.chat(PROMPT, timeout=60).info
        assert [(step.deployment, step.reason) for step in info.path] == [("gated", None)]
    assert (len(gated.requests), len(full.requests)) == (2, 1)
