"""What happened in a run, written down on every side: by the callers, by the upstreams, by an observer. All times are of one clock, the
host's monotonic one."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Order:
    """One request that a caller is to send."""

    nonce: str
    model: str
    stream: bool
    timeout: float
    #: Whether it may run twice; None leaves it to the daemon.
    may_repeat: bool | None
    #: Pieces of the answer after which the caller gives up; 0 is at once, None never.
    cancel_after: int | None = None


@dataclass
class Call:
    """A request as its caller saw it."""

    order: Order
    began: float
    request_id: str = ""
    text: str = ""
    #: Of each END: when, the reason (empty where it succeeded), the attempts, and the whole answer's text.
    ends: list[tuple[float, str, int, str]] = field(default_factory=list)
    cancelled: float | None = None
    #: Frames after the END.
    strays: int = 0


@dataclass
class Visit:
    """A request as an upstream saw it."""

    nonce: str
    #: From 0, over all upstreams.
    number: int
    deployment: str
    act: str
    at: float
    #: Everything that the answer holds if it is read to its end.
    text: str
    #: The answer says that the work was not done.
    is_refusal: bool
    #: When an answer with a time to wait was on its way: before and after it was sent, and the seconds.
    told: tuple[float, float, float] | None = None
    #: When an upstream that does not answer saw its caller leave.
    closed: float | None = None


@dataclass(frozen=True)
class Sample:
    """What the daemon said of a deployment, asked and answered at these times."""

    asked: float
    answered: float
    deployment: str
    #: Seconds; 0 where it is open.
    gated: float
    breaker: str
    #: Until the breaker lets a probe through.
    closed_for: float


@dataclass
class History:
    calls: list[Call] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    #: The reasons of each request's attempts by the daemon's own account, None for the one that succeeded.
    traces: dict[str, list[str | None]] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)


def read_calls(orders: Iterable[Order], path: pathlib.Path) -> list[Call]:
    """The calls of one caller, from the lines that it wrote; its last line is torn where it was killed."""
    by_nonce = {order.nonce: order for order in orders}
    calls: dict[str, Call] = {}
    for line in path.read_text().splitlines(keepends=True):
        if not line.endswith("\n"):
            continue
        event = json.loads(line)
        nonce, at = event["nonce"], event["at"]
        kind = event["kind"]
        if kind == "begin":
            calls[nonce] = Call(by_nonce[nonce], at)
            continue
        call = calls[nonce]
        if kind == "head":
            call.request_id = event["id"]
        elif kind == "text":
            call.text += event["text"]
        elif kind == "cancel":
            call.cancelled = at
        elif kind == "end":
            call.ends.append((at, event["reason"], event["attempts"], event["text"]))
            call.request_id = event["id"] or call.request_id
        elif kind == "stray":
            call.strays += 1
    return list(calls.values())
