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
from test_cache import cached, counted
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


@only_root
def test_users_who_may_share_answers_share_calls(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Whatever else their clients differ in."""
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go.wait(20)
        works(exchange)

    up = upstream(script)
    gateway = daemon(cached(up.base_url, cache={"scope": "shared"}, server=OPEN) + section("clients.limited", {"users": ["65534"], "models": ["sim"]}))
    open_to_all(gateway)
    first = OtherUser(gateway, 65534, 65534)
    up.wait_for(1)
    second = OtherUser(gateway, 65533, 65533)
    waiting(gateway, 2)
    go.set()
    assert first.told() == {"text": "好的", "cache": "miss", "model": "sim"}
    assert second.told() == {"text": "好的", "cache": "coalesced", "model": "sim"}
    assert len(up.exchanges) == 1


#: Of a user, another one in the same group, and that one in another group.
SHARED = {"uid": ["miss", "miss", "hit"], "group": ["miss", "hit", "miss"], "shared": ["miss", "hit", "hit"]}


@only_root
@pytest.mark.parametrize("scope", SHARED)
def test_who_has_the_answers_of_whom(daemon: StartDaemon, upstream: StartUpstream, scope: str) -> None:
    up = upstream(counted)
    gateway = daemon(cached(up.base_url, cache={"scope": scope}, server=OPEN))
    open_to_all(gateway)
    told = [OtherUser(gateway, uid, gid).told() for uid, gid in [(65534, 65531), (65533, 65531), (65533, 65532)]]
    assert [one["cache"] for one in told] == SHARED[scope]
    assert len({one["text"] for one in told}) == len(up.exchanges) == SHARED[scope].count("miss")
