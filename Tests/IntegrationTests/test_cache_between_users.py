"""What different users of the host share, and what they do not."""

from __future__ import annotations

import threading

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import section, several
from harness.quota import open_to_all
from harness.scripts import status, works
from harness.upstream import Exchange
from harness.users import OtherUser, only_root
from test_coalescing import waiting

OPEN = {"socket_mode": "0666"}


@only_root
@pytest.mark.parametrize("first", ["limited", "free"])
def test_a_shared_call_gives_nobody_a_model_it_may_not_use(daemon: StartDaemon, upstream: StartUpstream, first: str) -> None:
    """Nor does it keep from anybody a model that it may use. Whoever begins."""
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go.wait(20)
        status(503)(exchange)

    up, other = upstream(script), upstream(works)
    gateway = daemon(several(
        {"up": up.base_url, "other": other.base_url}, {"m": {"provider": "up", "fallbacks": ["备用"]}, "备用": {"provider": "other"}},
        resilience={"max_attempts": 1, "breaker": "off"}, server=OPEN,
    ) + section("cache", {"mode": "on", "scope": "shared"}) + section("clients.limited", {"users": ["65534"], "models": ["m"]}))
    open_to_all(gateway)
    users = {"limited": 65534, "free": 65533}
    programs = {first: OtherUser(gateway, users.pop(first), 65534)}
    waiting(gateway, 1)
    for name, uid in users.items():
        programs[name] = OtherUser(gateway, uid, 65534)
    waiting(gateway, 2)
    go.set()
    assert programs["limited"].told() == {"reason": "llmgw.upstream.overloaded"}
    assert programs["free"].told() == {"text": "好的", "cache": "miss", "model": "备用"}
