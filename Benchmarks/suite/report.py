"""Turns a run's results into Markdown."""

from . import cache

NAMES = {
    "direct": "direct (libcurl)",
    "nginx": "nginx, TCP",
    "nginx-unix": "nginx, Unix socket",
    "llmgw": "llmgw",
    "echo": "floor (echo, Unix socket)",
}


def markdown(results):
    parts = [_head(results), _closed_loops(results), _streams(results), cache.markdown(results["cache"], _table), _daemon(results), _aims(results)]
    return "\n\n".join(parts) + "\n"


def _head(results):
    machine, settings = results["machine"], results["settings"]
    return (
        "# Benchmark results\n\n"
        f"Written by `Benchmarks/run` on {results['date']}: {machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}. "
        f"The load generator, the gateways and the upstream share them. {settings['rounds']} rounds, in which the targets "
        f"take turns, each with a window of {settings['window']:g} s after {settings['warm_up']:g} s of warm-up; medians of the rounds."
    )


def _closed_loops(results):
    rows = []
    for loops in results["settings"]["loops"]:
        at = {row["target"]: row for row in results["closed_loops"] if row["loops"] == loops}
        for target, row in at.items():
            rows.append([
                loops, NAMES[target], f"{row['p50_us']:.0f}", f"{row['p99_us']:.0f}", f"{row['per_second']:,.0f}",
                f"{row['cpu_us']:.1f}" if target in ("nginx", "nginx-unix", "llmgw") else "–",
                f"{row['p50_us'] - at['direct']['p50_us']:+.0f}" if target != "direct" else "–",
                f"{row['per_second'] / at['nginx']['per_second']:.2f}", f"{row['p50_us'] / at['echo']['p50_us']:.1f}",
            ])
    header = ["loops", "target", "p50 µs", "p99 µs", "requests/s", "CPU µs/request", "added p50 µs", "of nginx's requests/s", "p50 / floor"]
    frames = results["frames"]
    return (
        "## Closed loops\n\n"
        "From just before the client's write to the answer read and understood. One connection for each loop. CPU is the "
        f"gateway's alone. The floor moves frames of llmgw's sizes ({frames['request']} and {frames['reply']} bytes) and does nothing.\n\n"
        + _table(header, rows)
    )


def _streams(results):
    rows = []
    for row in results["streams"]:
        rows.append([
            row["streams"], NAMES[row["target"]], f"{row['per_second']:,.0f}", f"{row['chunks_received']:,} of {row['chunks_expected']:,}",
            f"{row['p50_us']:.0f}", f"{row['p99_us']:.0f}", f"{row['added_p50_us']:+.0f}" if row["target"] != "direct" else "–",
            f"{row['cpu_us']:.1f}" if row["target"] != "direct" else "–",
        ])
    header = ["streams at once", "target", "chunks/s", "chunks received", "p50 µs", "p99 µs", "added p50 µs", "CPU µs/chunk"]
    return (
        "## Streams\n\n"
        "From just before the upstream's write to the chunk in the client's hands, while all streams are open. A chunk that is lost, "
        "cut or out of order ends the run with an error.\n\n" + _table(header, rows)
    )


def _daemon(results):
    memory, startup = results["memory"], results["startup"]
    rows = [
        [name.replace("_", " "), f"{row['resident_kb'] / 1024:.1f}", f"{row['anonymous_kb'] / 1024:.1f}", row["threads"]]
        for name, row in memory.items()
    ]
    return (
        "## The daemon\n\n"
        + _table(["memory", "resident MB", "of which its own MB", "threads"], rows)
        + f"\n\nThe rest is code, mapped from files. From exec to the first connection greeted (HELLO_OK), {startup['samples']} starts: "
        f"p50 {startup['p50_us'] / 1000:.1f} ms, p99 {startup['p99_us'] / 1000:.1f} ms."
    )


def _aims(results):
    rows = [[aim["what"], aim["aim"], aim["reached"], "yes" if aim["is_met"] else "**no**"] for aim in results["aims"]]
    return "## Aims\n\n" + _table(["what", "aim", "reached", "met"], rows)


def _table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
