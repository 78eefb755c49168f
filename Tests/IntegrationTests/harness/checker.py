"""Judges a history: each rule is a promise of the gateway, and yields what breaks it. Nothing here knows how the gateway works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .history import Call, History, Visit

#: Attempts that may end without the upstream having seen the request.
UNSEEN = {
    "llmgw.upstream.connect_failed", "llmgw.upstream.timeout_connect", "llmgw.upstream.connection_lost", "llmgw.client.cancelled",
    "llmgw.gateway.deadline_exceeded",
}
#: Seconds by which an upstream on a busy machine may read late what was sent to it.
LATE = 0.4


@dataclass(frozen=True)
class Rules:
    """What the configuration says."""

    max_attempts: int
    retry_ratio: float
    retry_floor: int
    #: Seconds from a caller's leaving to the upstream's seeing it.
    abort_within: float
    #: Deployments whose answers can get lost on the way, so that what they say need not have been heard.
    lossy: frozenset[str] = frozenset()
    #: Whether a request may run twice where its caller says nothing.
    may_repeat: bool = False


def violations(history: History, rules: Rules) -> list[str]:
    visits: dict[str, list[Visit]] = defaultdict(list)
    for visit in sorted(history.visits, key=lambda visit: visit.number):
        visits[visit.nonce].append(visit)
    found: list[str] = []
    for call in history.calls:
        mine = visits.get(call.order.nonce, [])
        trace = history.traces.get(call.request_id)
        for rule in (_one_end(call), _one_text(call, mine), _executions(call, mine, trace, rules), _repetitions(call, mine, rules),
                     _times(call, mine, rules), _aborts(call, mine, rules)):
            found += [f"{call.order.nonce}: {text}" for text in rule]
    known = {call.order.nonce for call in history.calls}
    found += [f"{nonce}: nobody asked for it" for nonce in visits if nonce not in known]
    return [*found, *_gates(history, rules), *_breakers(history), *_budget(visits, rules)]


def _one_end(call: Call) -> Iterator[str]:
    """Exactly one end, and nothing behind it."""
    if len(call.ends) != 1:
        yield f"{len(call.ends)} ends"
    if call.strays:
        yield f"{call.strays} frames behind the end"


def _one_text(call: Call, visits: list[Visit]) -> Iterator[str]:
    """What the caller gets is the beginning of one attempt's answer, of the last one; a success is the whole of it."""
    if call.ends and not call.ends[0][1]:
        text = call.text if call.order.stream else call.ends[0][3]
        if not visits or visits[-1].is_refusal or text != visits[-1].text:
            yield f"succeeded with {text!r}, which is not its last attempt's answer"
    elif call.text and not (visits and visits[-1].text.startswith(call.text)):
        yield f"got {call.text!r}, which does not begin its last attempt's answer"


def _executions(call: Call, visits: list[Visit], trace: list[str | None] | None, rules: Rules) -> Iterator[str]:
    """The upstreams see as many requests as the gateway says that it made."""
    if len(visits) > rules.max_attempts:
        yield f"{len(visits)} visits"
    if not call.ends:
        return
    attempts = call.ends[0][2]
    if len(visits) > attempts:
        yield f"{len(visits)} visits for {attempts} attempts"
    if trace is None:
        if attempts:
            yield f"{attempts} attempts without a trace"
    elif len(trace) != attempts:
        yield f"{attempts} attempts, {len(trace)} of them in the trace"
    elif len(visits) < sum(reason not in UNSEEN for reason in trace):
        yield f"{len(visits)} visits for the attempts {trace}"


def _repetitions(call: Call, visits: list[Visit], rules: Rules) -> Iterator[str]:
    """What may have been done is repeated only if the caller allows it, and never after it has begun to read."""
    allowed = rules.may_repeat if call.order.may_repeat is None else call.order.may_repeat
    for visit, following in pairwise(visits):
        if not visit.is_refusal and not allowed:
            yield f"visit {following.number} after {visit.act}, which may have been done"
        if visit.act == "refuse" and not (allowed and visit.deployment in rules.lossy):
            yield f"visit {following.number} after a refusal for good"
        if call.text and visit.text.startswith(call.text):
            yield f"visit {following.number} after content"


def _times(call: Call, visits: list[Visit], rules: Rules) -> Iterator[str]:
    """No attempt after the deadline, none after the end, and none before the time that the upstream named."""
    for visit in visits:
        if visit.at > call.began + call.order.timeout + LATE:
            yield f"visit {visit.number} after the deadline"
        if call.ends and visit.at > call.ends[0][0] + LATE:
            yield f"visit {visit.number} after the end"
    for visit, following in pairwise(visits):
        same = visit.deployment == following.deployment and visit.deployment not in rules.lossy
        if visit.told and same and following.at < visit.told[0] + visit.told[2]:
            yield f"visit {following.number} before the time that visit {visit.number} was told"
    if call.ends and call.ends[0][0] > call.began + call.order.timeout + LATE + 1:
        yield "its end came long after its deadline"


def _aborts(call: Call, visits: list[Visit], rules: Rules) -> Iterator[str]:
    """Who gives up is soon noticed upstream, and nobody is asked for him any more."""
    left = call.cancelled
    for visit in visits:
        if left is not None and visit.at > left + LATE:
            yield f"visit {visit.number} began {visit.at - left:.3f} s after its caller left"
        if visit.act != "hang":
            continue
        if visit.closed is None:
            yield f"visit {visit.number} was never given up"
        elif left is not None and visit.closed > max(left, visit.at) + rules.abort_within:
            yield f"visit {visit.number} was given up {visit.closed - left:.3f} s after its caller left"


def _gates(history: History, rules: Rules) -> Iterator[str]:
    """A deployment that has named a time is left alone until then, and the time never moves earlier."""
    by_deployment: dict[str, list[Visit]] = defaultdict(list)
    for visit in sorted(history.visits, key=lambda visit: visit.at):
        by_deployment[visit.deployment].append(visit)
    for deployment, visits in by_deployment.items():
        heard = [visit.told for visit in visits if visit.told and deployment not in rules.lossy]
        for before, after, seconds in heard:
            for visit in visits:
                if after + LATE < visit.at < before + seconds:
                    yield f"{deployment}: {visit.nonce} came {before + seconds - visit.at:.3f} s before the gate opened"
    until: dict[str, float] = {}
    for sample in sorted(history.samples, key=lambda sample: sample.answered):
        latest = sample.answered + sample.gated + 0.001
        if latest < until.get(sample.deployment, 0):
            yield f"{sample.deployment}: its gate moved {until[sample.deployment] - latest:.3f} s earlier"
        until[sample.deployment] = max(until.get(sample.deployment, 0), sample.asked + sample.gated)


def _breakers(history: History) -> Iterator[str]:
    """Nothing passes an open breaker."""
    for sample in history.samples:
        if sample.breaker != "open":
            continue
        for visit in history.visits:
            if visit.deployment == sample.deployment and sample.answered + LATE < visit.at < sample.asked + sample.closed_for:
                yield f"{sample.deployment}: {visit.nonce} passed its open breaker"


def _budget(visits: dict[str, list[Visit]], rules: Rules) -> Iterator[str]:
    """Repetitions stay a share of the requests; waiting as one was told is free."""
    repeated = sum(1 for mine in visits.values() for visit in mine[:-1] if visit.act != "throttle")
    bound = rules.retry_ratio * len(visits) + rules.retry_floor
    if repeated > bound:
        yield f"{repeated} repetitions, {bound:.0f} are allowed"
