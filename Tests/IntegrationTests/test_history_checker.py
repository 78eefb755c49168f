"""The judge of histories finds every kind of fault: a good history has none, and each way to spoil it is named."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from harness.checker import Rules, violations
from harness.history import Call, History, Order, Sample, Visit

RULES = Rules(max_attempts=3, retry_ratio=0, retry_floor=1, abort_within=0.2, lossy=frozenset({"lossy"}))
ERROR, LOST, CANCELLED = "llmgw.upstream.server_error", "llmgw.upstream.connection_lost", "llmgw.client.cancelled"


def good() -> History:
    """A stream that needed two attempts, a whole answer, a call that was given up, and one that was lost and not repeated."""
    def order(nonce: str, stream: bool) -> Order:
        return Order(nonce, "sim", stream, 5.0, None)

    return History(
        calls=[
            Call(order("stream", True), 10.0, "1", "乙完", [(13.0, "", 2, "")]),
            Call(order("whole", False), 10.0, "2", "", [(11.0, "", 1, "丙")]),
            Call(order("left", True), 10.0, "3", "", [(11.1, CANCELLED, 1, "")], cancelled=11.0),
            Call(order("lost", True), 10.0, "4", "丁", [(11.0, LOST, 1, "")]),
        ],
        visits=[
            Visit("stream", 0, "a", "busy", 10.1, "甲", True, told=(10.2, 10.2, 2.0)), Visit("stream", 1, "a", "answer", 12.3, "乙完", False),
            Visit("whole", 0, "b", "answer", 10.1, "丙", False), Visit("left", 0, "b", "hang", 10.1, "戊", False, closed=11.1),
            Visit("lost", 0, "b", "cut", 10.1, "丁完", False),
        ],
        traces={"1": [ERROR, None], "2": [None], "3": [CANCELLED], "4": [LOST]},
        samples=[
            Sample(10.3, 10.31, "a", 1.8, "closed", 0), Sample(11.0, 11.01, "a", 1.2, "open", 0.1),
            Sample(13.0, 13.01, "a", 0, "closed", 0),
        ],
    )


def test_a_good_history_has_no_faults() -> None:
    assert violations(good(), RULES) == []


def spoil(change: Callable[[History], object]) -> list[str]:
    history = deepcopy(good())
    change(history)
    return violations(history, RULES)


def visit_again(history: History, nonce: str, number: int, **changes: object) -> list[Visit]:
    (last,) = [visit for visit in history.visits if visit.nonce == nonce and visit.number == number]
    history.visits.append(replace(last, number=number + 1, **changes))  # type: ignore[arg-type]
    return history.visits


FAULTS: dict[str, Callable[[History], object]] = {
    "2 ends": lambda h: h.calls[1].ends.append(h.calls[1].ends[0]),
    "0 ends": lambda h: h.calls[1].ends.clear(),
    "1 frames behind the end": lambda h: setattr(h.calls[0], "strays", 1),
    "is not its last attempt's answer": lambda h: setattr(h.calls[0], "text", "乙"),
    "does not begin its last attempt's answer": lambda h: setattr(h.calls[3], "text", "完"),
    "4 visits": lambda h: [visit_again(h, "stream", number, at=12.4) for number in (1, 2)],
    "2 visits for 1 attempts": lambda h: visit_again(h, "whole", 0, at=10.5),
    "1 attempts without a trace": lambda h: h.traces.pop("2"),
    "1 attempts, 2 of them in the trace": lambda h: h.traces["2"].append(None),
    "0 visits for the attempts": lambda h: h.visits.pop(2),
    "visit 1 after cut, which may have been done": lambda h: visit_again(h, "lost", 0, at=10.5),
    "visit 1 after content": lambda h: visit_again(h, "lost", 0, at=10.5),
    "visit 1 after a refusal for good": lambda h: setattr(h.visits[0], "act", "refuse"),
    "visit 0 after the deadline": lambda h: setattr(h.visits[2], "at", 15.5),
    "visit 0 after the end": lambda h: setattr(h.visits[2], "at", 12.0),
    "visit 1 before the time that visit 0 was told": lambda h: setattr(h.visits[1], "at", 12.1),
    "its end came long after its deadline": lambda h: h.calls[1].ends.__setitem__(0, (17.0, "", 1, "丙")),
    "visit 0 was never given up": lambda h: setattr(h.visits[3], "closed", None),
    "visit 0 was given up 0.300 s after": lambda h: setattr(h.visits[3], "closed", 11.3),
    "visit 0 began 0.450 s after its caller left": lambda h: setattr(h.visits[3], "at", 11.45),
    "before the gate opened": lambda h: h.visits.__setitem__(2, replace(h.visits[2], deployment="a", at=11.0)),
    "its gate moved": lambda h: h.samples.append(Sample(10.9, 10.91, "a", 0.5, "closed", 0)),
    "passed its open breaker": lambda h: h.samples.append(Sample(11.5, 11.51, "a", 0.6, "open", 1.0)),
    "2 repetitions, 1 are allowed": lambda h: visit_again(h, "whole", 0, at=10.5),
    "nobody asked for it": lambda h: h.visits.append(Visit("unasked", 0, "b", "answer", 10.1, "无", False)),
}


@pytest.mark.parametrize("named", FAULTS)
def test_each_fault_is_named(named: str) -> None:
    found = spoil(FAULTS[named])
    assert any(named in text for text in found), found


def test_what_was_allowed_or_not_heard_is_no_fault() -> None:
    """A caller may allow repetitions, and what a lossy deployment said may not have arrived."""
    history = good()
    history.calls[0].order = replace(history.calls[0].order, may_repeat=True)
    history.visits[0] = replace(history.visits[0], act="refuse", deployment="lossy")
    history.visits[1] = replace(history.visits[1], at=10.5, deployment="lossy")
    history.samples = []
    assert violations(history, RULES) == []
