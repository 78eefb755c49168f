"""Runs test suites and checks: `python scripts/suites test`, `check`, or both. The last line is `N passed, N failed`."""

import argparse
import sys
import time

import catalog
import runner


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def print_table(results: list[runner.Result]) -> None:
    width = max(len(result.suite.name) for result in results)
    print(f"\n{'':{width}}  {'passed':>7}{'failed':>7}{'skipped':>8}  {'time':>10}")
    for result in results:
        counts = result.counts
        note = f"  {result.trouble}" if result.trouble else ""
        print(
            f"{result.suite.name:{width}}  {counts.passed:>7}{counts.failed:>7}{counts.skipped:>8}  {duration(result.seconds):>10}{note}"
        )
    print()


def print_failures(results: list[runner.Result]) -> None:
    for result in results:
        if not result.succeeded and result.output:
            print(f"\n==> {result.suite.name}, once more, in short:")
            # Indented, so that nothing here is taken for the last line of all.
            print("\n".join("    " + line for line in result.excerpt()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="suites", description=__doc__)
    parser.add_argument("group", nargs="+", choices=sorted(catalog.GROUPS))
    parser.add_argument("--only", metavar="TEXT", help="only the suites with TEXT in their names")
    parser.add_argument("--minutes", type=float, default=80, help="for everything together; what is left then, fails (default: 80)")
    options = parser.parse_args()

    suites = [suite for group in options.group for suite in catalog.GROUPS[group]]
    if options.only:
        suites = [suite for suite in suites if options.only in suite.name]
        if not suites:
            parser.error(f"no suite has '{options.only}' in its name")

    deadline = time.monotonic() + options.minutes * 60
    results: list[runner.Result] = []
    for suite in suites:
        broken = next((r.suite.name for r in results if r.suite.name in suite.needs and not r.succeeded), None)
        results.append(runner.refuse(suite, f"not run: {broken} failed") if broken else runner.run(suite, deadline))

    print_failures(results)
    print_table(results)
    passed, failed, skipped = (sum(getattr(r.counts, name) for r in results) for name in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
