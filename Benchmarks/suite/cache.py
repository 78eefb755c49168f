"""Measures a hit of the cache beside a GET of Redis, and the cache's eviction policies on traces."""

import json
import statistics
import subprocess
import textwrap
from contextlib import ExitStack

from .processes import Process

LOOPS = [1, 50]


def measure(servers, load, settings, traces):
    """The same loops against both in turn. The gateway's upstream has to run."""
    with ExitStack() as running:
        redis = running.enter_context(_redis(servers))
        gateway = running.enter_context(_gateway(servers))
        targets = {
            "redis": lambda loops: load.redis(servers.folder / "redis.sock", loops, [redis]),
            "hit": lambda loops: load.llmgw(loops, [gateway], socket=servers.folder / "cache.sock"),
        }
        rows = []
        for loops in LOOPS:
            rounds = {target: [] for target in targets}
            for _ in range(settings["rounds"]):
                for target, run in targets.items():
                    rounds[target].append(run(loops))
            rows += [{"target": target, "loops": loops, **_median(runs), "rounds": runs} for target, runs in rounds.items()]
    return {"closed_loops": rows, "traces": json.loads(subprocess.run([traces], stdout=subprocess.PIPE, check=True).stdout)}


def _redis(servers):
    socket = servers.folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", servers.folder]
    return Process(command, socket.exists, servers.folder / "redis.log")


def _gateway(servers):
    config, socket = servers.folder / "cache.toml", servers.folder / "cache.sock"
    config.write_text(
        textwrap.dedent(f"""\
            [providers.fixed]
            base_url = "http://127.0.0.1:{servers.upstream_port}/v1"
            [models.bench]
            provider = "fixed"
            [models.bench.parameters]
            temperature = 0.0
            [cache]
            mode = "on"
            ttl = "1h"
            """)
    )
    command = [servers.llmgwd, "--config", config, "--socket", socket, "--log-level", "warning"]
    return Process(command, socket.exists, servers.folder / "cache.log")


def _median(runs):
    middle = {key: statistics.median(run[key] for run in runs) for key in ("p50_us", "p99_us", "per_second")}
    return {**middle, "cpu_us": statistics.median(sum(run["cpu_us_per_sample"]) for run in runs)}


def aims(cache):
    """What a hit aims at, judged against Redis in the same run."""
    rows = {(row["target"], row["loops"]): row for row in cache["closed_loops"]}
    p50, redis = rows["hit", 1]["p50_us"], rows["redis", 1]["p50_us"]
    share = rows["hit", 50]["per_second"] / rows["redis", 50]["per_second"]
    lookups = {row["entries"]: row["hit_ns"] for row in cache["traces"]["lookups"]}
    growth = lookups[1_000_000] - lookups[1_000]
    return [
        ("cache hit, p50 at 1 loop", "at most 2 × a GET of Redis", f"{p50:.0f} µs: {p50 / redis:.1f} × {redis:.0f} µs", p50 <= 2 * redis),
        ("cache hits/s at 50 loops", "at least 50 % of Redis' GETs", f"{share:.0%}", share >= 0.5),
        ("a million entries instead of a thousand", "at most 2 µs more a hit", f"{growth / 1000:.1f} µs", growth <= 2000),
    ]


def markdown(cache, table):
    rows = [
        [row["loops"], {"redis": "Redis GET", "hit": "llmgw, hit"}[row["target"]], f"{row['p50_us']:.1f}", f"{row['p99_us']:.0f}",
         f"{row['per_second']:,.0f}", f"{row['cpu_us']:.1f}"]
        for row in cache["closed_loops"]
    ]
    traces = cache["traces"]
    rates = {(row["trace"], row["policy"]): row["hit_rate"] for row in traces["hit_rates"]}
    policies = list(dict.fromkeys(policy for _, policy in rates))
    names = list(dict.fromkeys(trace for trace, _ in rates))
    return (
        "## The cache\n\n"
        "A chat of about 1 kB that is answered from memory, beside a GET of 1 kB from Redis: Unix sockets, one connection for each loop, "
        "the same load generator, in turn.\n\n"
        + table(["loops", "target", "p50 µs", "p99 µs", "requests/s", "CPU µs/request"], rows)
        + f"\n\nHit rates of {traces['requests']:,} requests with room for {traces['capacity']:,} answers:\n\n"
        + table(["trace", *policies], [[name, *(f"{rates[name, policy]:.1%}" for policy in policies)] for name in names])
        + "\n\nThe cost of finding an entry:\n\n"
        + table(["entries", "ns"], [[f"{row['entries']:,}", f"{row['hit_ns']:.0f}"] for row in traces["lookups"]])
    )
