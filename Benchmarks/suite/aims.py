"""What the daemon aims at, judged against other targets of the same run."""

from . import cache

MEGABYTE = 1024  # kB


def judge(results):
    """The aims whose loops were run. A short run may leave some out."""
    rows = {(row["target"], row["loops"]): row for row in results["closed_loops"]}
    aims = []

    def aim(what, aim_text, reached_text, is_met):
        aims.append({"what": what, "aim": aim_text, "reached": reached_text, "is_met": is_met})

    if ("llmgw", 1) in rows:
        direct = rows["direct", 1]["p50_us"]
        added = rows["llmgw", 1]["p50_us"] - direct
        by_nginx = rows["nginx", 1]["p50_us"] - direct
        text = f"{added:.0f} µs: {added / by_nginx:.1f} × {by_nginx:.0f} µs"
        aim("added p50 at 1 loop", "at most 3 × what nginx adds", text, added <= 3 * by_nginx)
    if ("llmgw", 32) in rows:
        share = rows["llmgw", 32]["per_second"] / rows["nginx", 32]["per_second"]
        aim("requests/s at 32 loops", "at least 35 % of nginx's", f"{share:.0%}", share >= 0.35)
    held = max(row["ended_well"] for row in results["streams"] if row["target"] == "llmgw")
    aim("streams held at once, no chunk lost", "1,000", f"{held:,}", held >= 1000)
    for what, text, reached, is_met in cache.aims(results["cache"]):
        aim(what, text, reached, is_met)
    memory = results["memory"]
    idle, loaded = memory["idle"]["resident_kb"], memory["after_load"]["resident_kb"]
    aim("resident memory, idle", "at most 15 MB", f"{idle / MEGABYTE:.1f} MB", idle <= 15 * MEGABYTE)
    aim("resident memory, after load", "at most 30 MB", f"{loaded / MEGABYTE:.1f} MB", loaded <= 30 * MEGABYTE)
    startup = results["startup"]["p50_us"] / 1000
    aim("exec to the first connection greeted, p50", "at most 50 ms", f"{startup:.1f} ms", startup <= 50)
    return aims
