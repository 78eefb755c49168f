"""Embed, whose small calls travel together, and Batch, whose items travel side by side."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, SECRET_WORD, configuration
from harness.processes import Daemon, Simulator
from harness.upstream import Exchange, chat_reply, embeddings
from llmgw import BadRequestError, GatewayError
from llmgw.types import BatchProgress, BatchResult, EmbedReply

PATIENT = {"embed_max_wait": "300ms"}


def vector_of(text: str) -> list[float]:
    return [float(len(text)), float(len(text.encode())), -0.5]


def by_length(exchange: Exchange) -> None:
    inputs = exchange.request.json["input"]
    exchange.reply(embeddings([vector_of(text) for text in inputs], tokens=sum(len(text.encode()) for text in inputs)))


def at_once(gateway: Daemon, *calls: Any, **options: Any) -> list[EmbedReply | BaseException]:
    """The outcomes of Embed calls that begin together."""

    async def run() -> list[EmbedReply | BaseException]:
        async with gateway.async_client() as client:
            await client.ping()
            return await asyncio.gather(*(client.embed(inputs, **options) for inputs in calls), return_exceptions=True)

    return asyncio.run(run())


def replies(outcomes: list[EmbedReply | BaseException]) -> list[EmbedReply]:
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, EmbedReply)]


def test_alone(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url)).client()
    one, two = client.embed([PROMPT, "猫"]).embeddings
    assert len(one) == len(two) == 64
    assert sum(value * value for value in one) == pytest.approx(1, abs=1e-3)
    assert client.embed("猫").embeddings == (two,)
    assert len(client.embed("猫", dimensions=8).embeddings[0]) == 8


def test_an_error_of_a_merged_call_tells_nobody_what_others_sent(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        exchange.reply({"error": {"message": "failed at: " + " ".join(exchange.request.json["input"])}}, 500)

    up = upstream(script)
    merged = at_once(daemon(configuration(up.base_url, provider=PATIENT)), ["我的秘密"], ["别人的秘密"])
    assert len(up.requests) == 1
    for outcome in merged:
        assert isinstance(outcome, GatewayError) and outcome.reason == "llmgw.upstream.server_error"
        assert "秘密" not in str(outcome) and "2 callers" in str(outcome)


def test_calls_travel_together(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(by_length)
    gateway = daemon(configuration(up.base_url, provider=PATIENT))
    texts = [[f"{SECRET_WORD} {'字' * number}" for number in range(first, first + 1 + first % 3)] for first in range(12)]
    outcomes = replies(at_once(gateway, *texts))
    assert len(up.requests) == 1
    assert up.requests[0].json["input"] == [text for inputs in texts for text in inputs]
    for inputs, reply in zip(texts, outcomes):
        assert [list(vector) for vector in reply.embeddings] == [vector_of(text) for text in inputs]
        assert reply.merged_calls == 12
        assert reply.usage is not None and reply.usage.input_tokens == sum(len(text.encode()) for text in inputs)
    assert len({reply.info.request_id for reply in outcomes}) == 12
    assert gateway.client().status().requests >= 12


def test_a_full_call_leaves_at_once(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(by_length)
    gateway = daemon(configuration(up.base_url, provider={"embed_max_wait": "1s", "embed_max_batch": 4}))
    outcomes = replies(at_once(gateway, *(f"{SECRET_WORD} {number}" for number in range(8))))
    assert sorted(len(request.json["input"]) for request in up.requests) == [4, 4]
    assert [reply.merged_calls for reply in outcomes] == [4] * 8
    assert all(reply.info.latency is not None and reply.info.latency.total < 0.9 for reply in outcomes)


def test_large_calls_and_unlike_calls_travel_alone(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(by_length)
    gateway = daemon(configuration(up.base_url, provider={**PATIENT, "embed_max_batch": 4}))
    assert [len(reply.embeddings) for reply in replies(at_once(gateway, ["a"] * 5, ["b"] * 9))] == [5, 9]
    assert len(up.requests) == 2
    replies(at_once(gateway, "x", "y", extra={"truncate": "END"}))
    assert len(up.requests) == 4 and all(request.json["truncate"] == "END" for request in up.requests[2:])

    async def unlike() -> None:
        async with gateway.async_client() as client:
            await asyncio.gather(client.embed("a"), client.embed("b", dimensions=3), client.embed("c", user="anna"))

    asyncio.run(unlike())
    assert sorted(request.json["input"] for request in up.requests[4:]) == [["a"], ["b"], ["c"]]


def test_sharing_turned_off(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(by_length)
    gateway = daemon(configuration(up.base_url, provider={**PATIENT, "embed_max_batch": 1}))
    assert [reply.merged_calls for reply in replies(at_once(gateway, "a", "b", "c"))] == [1, 1, 1]
    assert len(up.requests) == 3


def test_one_refused_input_is_its_callers_own_error(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, provider=PATIENT))
    good, refused, other = at_once(gateway, "好", "sim-refuse", ["坏", "不坏"])
    assert isinstance(refused, BadRequestError) and refused.reason == "llmgw.upstream.invalid_request"
    assert [len(reply.embeddings) for reply in replies([good, other])] == [1, 2]
    inputs = sim.counts("sim")["embedding_inputs"]
    assert inputs[0] == 4 and sorted(inputs[1:]) == [1, 1, 2], "together first, then each on its own"


def test_an_outage_is_everybodys_error(daemon: StartDaemon, sim: Simulator) -> None:
    outcomes = at_once(daemon(configuration(sim.base_url, "sim-500", provider=PATIENT)), "a", "b", "c")
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == ["llmgw.upstream.server_error"] * 3
    assert sim.counts("sim-500")["embedding_inputs"] == [3], "what may have been processed is not repeated"


@pytest.mark.parametrize("vectors", [[[1.0]], [[1.0], [2.0], [3.0]], []])
def test_wrong_number_of_vectors(daemon: StartDaemon, upstream: StartUpstream, vectors: list[list[float]]) -> None:
    up = upstream(lambda exchange: exchange.reply(embeddings(vectors)))
    outcomes = at_once(daemon(configuration(up.base_url, provider=PATIENT)), "a", "b")
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == ["llmgw.upstream.protocol_error"] * 2


def test_vectors_in_another_order(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        document = embeddings([vector_of(text) for text in exchange.request.json["input"]])
        document["data"].reverse()
        exchange.reply(document)

    reply = daemon(configuration(upstream(script).base_url)).client().embed(["a", "bb", "ccc"])
    assert [vector[0] for vector in reply.embeddings] == [1, 2, 3]


def test_one_leaves_and_the_others_go_on(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go_on.wait(20)
        by_length(exchange)

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, provider=PATIENT))

    async def run() -> tuple[EmbedReply, EmbedReply]:
        async with gateway.async_client() as client:
            tasks = [asyncio.create_task(client.embed(text)) for text in ("a", "bb", "ccc")]
            await asyncio.to_thread(up.wait_for, 1)
            tasks[1].cancel()
            with pytest.raises(asyncio.CancelledError):
                await tasks[1]
            go_on.set()
            return await tasks[0], await tasks[2]

    first, last = asyncio.run(run())
    assert (first.embeddings[0][0], last.embeddings[0][0]) == (1, 3)


def test_when_all_have_left_the_call_ends(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url, provider=PATIENT))

    async def run() -> None:
        async with gateway.async_client() as client:
            tasks = [asyncio.create_task(client.embed(text)) for text in ("a", "bb")]
            await asyncio.to_thread(up.wait_for, 1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(up.exchanges[0].seen_closed, 2.0)

    asyncio.run(run())


def test_queue_of_inputs_is_bounded(daemon: StartDaemon, upstream: StartUpstream) -> None:
    provider = {"embed_max_wait": "300ms", "embed_max_queue": 2}
    outcomes = at_once(daemon(configuration(upstream(by_length).base_url, provider=provider)), "a", "b", "c")
    assert [getattr(outcome, "reason", "") for outcome in outcomes] == ["", "", "llmgw.gateway.queue_full"]
    assert isinstance(outcomes[2], GatewayError) and outcomes[2].retry == "safe" and outcomes[2].not_processed


def test_nothing_to_embed(daemon: StartDaemon, sim: Simulator) -> None:
    with pytest.raises(GatewayError) as caught:
        daemon(configuration(sim.base_url)).client().embed([])
    assert caught.value.reason == "llmgw.client.invalid_request" and "inputs" in caught.value.message


# Batch


def run_batch(gateway: Daemon, items: list[Any], **options: Any) -> tuple[list[BatchResult], list[BatchProgress], Any]:
    with gateway.client().batch(items, **options) as events:
        seen = list(events)
    results = [event for event in seen if isinstance(event, BatchResult)]
    return results, [event for event in seen if isinstance(event, BatchProgress)], events.reply


def test_batch_results_come_in_order(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Also where the last item is the first to be done."""
    last_is_done = threading.Event()

    def script(exchange: Exchange) -> None:
        text = exchange.request.json["messages"][0]["content"]
        if text == "0":
            assert last_is_done.wait(20)
        exchange.reply(chat_reply(f"答 {text}", usage={"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}))
        if text == "7":
            last_is_done.set()

    up = upstream(script)
    results, progress, reply = run_batch(daemon(configuration(up.base_url)), [str(number) for number in range(8)])
    assert [(result.index, result.reply and result.reply.text) for result in results] == [(n, f"答 {n}") for n in range(8)]
    assert [(entry.total, entry.succeeded, entry.failed) for entry in progress] == [(8, done, 0) for done in range(1, 9)]
    assert (reply.progress.succeeded, reply.usage.input_tokens, reply.usage.output_tokens) == (8, 16, 24)


def test_batch_item_fails_alone(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "sim-500", "sim-429"))
    items = [PROMPT, {"messages": PROMPT, "model": "sim-500"}, {"messages": PROMPT, "max_tokens": 2},
             {"messages": PROMPT, "model": "nobody"}, {"messages": PROMPT, "model": "sim-429"}, {"messages": []}]
    results, progress, reply = run_batch(gateway, items)
    assert [getattr(result.error, "reason", None) for result in results] == [
        None, "llmgw.upstream.server_error", None, "llmgw.client.unknown_model", "llmgw.upstream.rate_limited",
        "llmgw.client.invalid_request",
    ]
    assert results[2].reply is not None and results[2].reply.choices[0].finish_reason == "length"
    assert getattr(results[4].error, "retry_after") == 7
    assert (reply.progress.total, reply.progress.succeeded, reply.progress.failed) == (6, 2, 4)
    assert progress[-1] == reply.progress


@pytest.mark.parametrize("asked,limit", [(3, 3), (None, 4), (0, 4), (100, 4)])
def test_batch_concurrency(daemon: StartDaemon, simulator: Any, asked: int | None, limit: int) -> None:
    sim = simulator("--latency-ms", "40")
    gateway = daemon(configuration(sim.base_url, server={"batch_concurrency": 4}))
    results, _, _ = run_batch(gateway, [PROMPT] * 16, max_concurrency=asked)
    assert [result.index for result in results if result.reply] == list(range(16))
    assert sim.counts("sim")["max_in_flight"] == limit


def test_batch_of_nothing(daemon: StartDaemon, sim: Simulator) -> None:
    with pytest.raises(GatewayError) as caught:
        run_batch(daemon(configuration(sim.base_url)), [])
    assert caught.value.reason == "llmgw.client.invalid_request"


def test_large_batch(daemon: StartDaemon, sim: Simulator) -> None:
    items = [f"{SECRET_WORD} 第 {number} 项" for number in range(300)]
    results, _, reply = run_batch(daemon(configuration(sim.base_url, "sim-echo")), items)
    assert [result.reply and result.reply.text for result in results] == items
    assert reply.progress.succeeded == 300
