"""What both clients ask of quota, cache and host. Replies are the protocol's own messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from . import _service_methods as methods
from ._methods import CallSpec
from .v1 import cache_pb2, host_pb2, quota_pb2

if TYPE_CHECKING:
    from ._async import AsyncStream
    from ._sync import Stream

R = TypeVar("R")
C = TypeVar("C")


class _SyncCaller(Protocol):
    def _unary(self, spec: CallSpec[R, C]) -> R: ...

    def _stream(self, spec: CallSpec[R, C], timeout: float | None, labels: Mapping[str, str] | None) -> Stream[R, C]: ...


class _AsyncCaller(Protocol):
    async def _unary(self, spec: CallSpec[R, C]) -> R: ...

    async def _stream(self, spec: CallSpec[R, C], timeout: float | None, labels: Mapping[str, str] | None) -> AsyncStream[R, C]: ...


class SyncAdministration:
    def list_limits(self: _SyncCaller) -> list[quota_pb2.LimitStatus]:
        """Every bucket of quota: one's own and the shared ones; all for administrators."""
        return self._unary(methods.list_limits())

    def list_queues(self: _SyncCaller) -> quota_pb2.ListQueuesReply:
        """Who waits for quota."""
        return self._unary(methods.list_queues())

    def list_clients(self: _SyncCaller) -> list[quota_pb2.ClientAccount]:
        return self._unary(methods.list_clients())

    def get_usage(
        self: _SyncCaller, by: str | Sequence[str] = (), *, since: datetime | None = None, until: datetime | None = None, client: str | None = None,
        model: str | None = None, provider: str | None = None, max_rows: int | None = None
    ) -> quota_pb2.GetUsageReply:
        """What the ledger has, in rows by "client", "model", "provider" or "day", or several of them. Times need a time zone."""
        return self._unary(methods.get_usage(by, since, until, client, model, provider, max_rows))

    def list_budgets(self: _SyncCaller) -> list[quota_pb2.BudgetStatus]:
        return self._unary(methods.list_budgets())

    def get_cache_stats(self: _SyncCaller) -> cache_pb2.GetCacheStatsReply:
        return self._unary(methods.get_cache_stats())

    def get_cache_entry(self: _SyncCaller, key: str, *, with_reply: bool = False) -> cache_pb2.CacheEntry | None:
        """None where nothing is cached as `key`, or it is another user's. With `with_reply`, which is for administrators, the answer too."""
        return self._unary(methods.get_cache_entry(key, with_reply))

    def purge_cache(self: _SyncCaller, target: str, value: str | None = None) -> list[cache_pb2.CachePurgeCount]:
        """What was removed. `target`: "key", "model", "tag" or "client" with a value, "all" or "expired" without. For administrators."""
        return self._unary(methods.purge_cache(target, value))

    def reload(self: _SyncCaller, *, dry_run: bool = False) -> host_pb2.ReloadReply:
        """Has the configuration read anew: all of it, or nothing. For administrators."""
        return self._unary(methods.reload(dry_run))

    def drain(self: _SyncCaller, *, grace: float | None = None) -> host_pb2.DrainReply:
        """Lets what runs come to its end, then ends the daemon. For administrators."""
        return self._unary(methods.drain(grace))

    def upgrade(self: _SyncCaller, *, within: float | None = None) -> host_pb2.UpgradeReply:
        """Lets the program that lies on the disk now take the daemon's place, within so many seconds. For administrators."""
        return self._unary(methods.upgrade(within))

    def pause(
        self: _SyncCaller, scope: str | None = None, *, reason: str = "", ttl: float | None = None, refuse: bool = False
    ) -> list[host_pb2.PauseStatus] | None:
        """What is paused now; None where there is no such scope. For administrators."""
        return self._unary(methods.pause(scope, reason, ttl, refuse))

    def resume(self: _SyncCaller, scope: str | None = None) -> list[host_pb2.PauseStatus] | None:
        """What is paused still; None where nothing of the kind was. For administrators."""
        return self._unary(methods.resume(scope))

    def list_slow_requests(self: _SyncCaller, max_requests: int | None = None) -> host_pb2.ListSlowRequestsReply:
        return self._unary(methods.list_slow_requests(max_requests))

    def get_latency(self: _SyncCaller, by: str = "model") -> host_pb2.GetLatencyReply:
        """By "model", "provider" or "client"."""
        return self._unary(methods.get_latency(by))

    def get_metrics(self: _SyncCaller, format: str = "prometheus") -> str:  # noqa: A002 - the protocol's word
        """What a monitoring system collects: "prometheus" or "openmetrics". For administrators."""
        return self._unary(methods.get_metrics(format))

    def watch_events(
        self: _SyncCaller, *, kinds: Sequence[str] = (), min_severity: str | None = None, client: str | None = None, model: str | None = None,
        provider: str | None = None, failures_only: bool = False, timeout: float | None = None,
    ) -> Stream[host_pb2.WatchEventsReply, host_pb2.Event]:
        """What happens from now on, until `timeout`, or until the daemon ends. A reader that is too slow loses events, and the next one says
        how many."""
        spec = methods.watch_events(kinds, min_severity, client, model, provider, failures_only)
        return self._stream(spec, timeout, None)


class AsyncAdministration:
    """As `SyncAdministration`."""

    async def list_limits(self: _AsyncCaller) -> list[quota_pb2.LimitStatus]:
        return await self._unary(methods.list_limits())

    async def list_queues(self: _AsyncCaller) -> quota_pb2.ListQueuesReply:
        return await self._unary(methods.list_queues())

    async def list_clients(self: _AsyncCaller) -> list[quota_pb2.ClientAccount]:
        return await self._unary(methods.list_clients())

    async def get_usage(
        self: _AsyncCaller, by: str | Sequence[str] = (), *, since: datetime | None = None, until: datetime | None = None, client: str | None = None,
        model: str | None = None, provider: str | None = None, max_rows: int | None = None
    ) -> quota_pb2.GetUsageReply:
        return await self._unary(methods.get_usage(by, since, until, client, model, provider, max_rows))

    async def list_budgets(self: _AsyncCaller) -> list[quota_pb2.BudgetStatus]:
        return await self._unary(methods.list_budgets())

    async def get_cache_stats(self: _AsyncCaller) -> cache_pb2.GetCacheStatsReply:
        return await self._unary(methods.get_cache_stats())

    async def get_cache_entry(self: _AsyncCaller, key: str, *, with_reply: bool = False) -> cache_pb2.CacheEntry | None:
        return await self._unary(methods.get_cache_entry(key, with_reply))

    async def purge_cache(self: _AsyncCaller, target: str, value: str | None = None) -> list[cache_pb2.CachePurgeCount]:
        return await self._unary(methods.purge_cache(target, value))

    async def reload(self: _AsyncCaller, *, dry_run: bool = False) -> host_pb2.ReloadReply:
        return await self._unary(methods.reload(dry_run))

    async def drain(self: _AsyncCaller, *, grace: float | None = None) -> host_pb2.DrainReply:
        return await self._unary(methods.drain(grace))

    async def upgrade(self: _AsyncCaller, *, within: float | None = None) -> host_pb2.UpgradeReply:
        return await self._unary(methods.upgrade(within))

    async def pause(
        self: _AsyncCaller, scope: str | None = None, *, reason: str = "", ttl: float | None = None, refuse: bool = False
    ) -> list[host_pb2.PauseStatus] | None:
        return await self._unary(methods.pause(scope, reason, ttl, refuse))

    async def resume(self: _AsyncCaller, scope: str | None = None) -> list[host_pb2.PauseStatus] | None:
        return await self._unary(methods.resume(scope))

    async def list_slow_requests(self: _AsyncCaller, max_requests: int | None = None) -> host_pb2.ListSlowRequestsReply:
        return await self._unary(methods.list_slow_requests(max_requests))

    async def get_latency(self: _AsyncCaller, by: str = "model") -> host_pb2.GetLatencyReply:
        return await self._unary(methods.get_latency(by))

    async def get_metrics(self: _AsyncCaller, format: str = "prometheus") -> str:  # noqa: A002 - the protocol's word
        return await self._unary(methods.get_metrics(format))

    async def watch_events(
        self: _AsyncCaller, *, kinds: Sequence[str] = (), min_severity: str | None = None, client: str | None = None, model: str | None = None,
        provider: str | None = None, failures_only: bool = False, timeout: float | None = None,
    ) -> AsyncStream[host_pb2.WatchEventsReply, host_pb2.Event]:
        spec = methods.watch_events(kinds, min_severity, client, model, provider, failures_only)
        return await self._stream(spec, timeout, None)
