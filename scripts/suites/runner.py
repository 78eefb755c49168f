"""Runs one suite: output goes on as it comes, time is limited, and nothing that the suite started is left behind."""

import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import counts as counting

# Of a failed suite, what the end of the whole run tells once more: lines that name a failure, and the last ones.
TELLING = re.compile(r"\b(FAILED|FAIL|ERROR|[Ee]rror:|recorded an issue|Fatal error|AssertionError|Traceback)\b")
TELLING_LINES, LAST_LINES, LINE_LENGTH = 40, 30, 300

# How long a suite's remaining processes may go on after it has ended, and between SIGTERM and SIGKILL.
GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Suite:
    name: str
    command: list[str]
    minutes: float
    count: counting.Reader = counting.whole
    environment: dict[str, str] = field(default_factory=dict)
    # Suites without which this one makes no sense.
    needs: tuple[str, ...] = ()
    # A host may be unable to run any of it; the tests then say why.
    may_skip: bool = False


@dataclass(frozen=True)
class Result:
    suite: Suite
    counts: counting.Counts
    seconds: float
    # Why the suite as a whole failed, whatever its tests said.
    trouble: str = ""
    output: str = ""

    @property
    def succeeded(self) -> bool:
        return self.counts.failed == 0

    def excerpt(self) -> list[str]:
        """What tells most about a failure: who reads a long log from its end finds it there."""
        lines = [line[:LINE_LENGTH] for line in self.output.splitlines()]
        return [line for line in lines[:-LAST_LINES] if TELLING.search(line)][:TELLING_LINES] + lines[-LAST_LINES:]


def refuse(suite: Suite, reason: str) -> Result:
    print(f"\n==> {suite.name}: {reason}", flush=True)
    return Result(suite, counting.Counts(failed=1), 0.0, reason)


def run(suite: Suite, deadline: float) -> Result:
    begin = time.monotonic()
    seconds = min(suite.minutes * 60, deadline - begin)
    if seconds <= 0:
        return refuse(suite, "not run: no time left")
    print(f"\n==> {suite.name}: {' '.join(suite.command)}", flush=True)
    output, status, trouble = _execute(suite, seconds)
    counts = suite.count(output, status)
    if not trouble and status != 0 and counts.failed == 0:
        trouble = f"ended with status {status}"
    if not trouble and counts.passed + counts.failed == 0 and not (suite.may_skip and counts.skipped):
        trouble = "ran no test"
    if trouble and counts.failed == 0:
        counts = counts._replace(failed=1)
    result = Result(suite, counts, time.monotonic() - begin, trouble, output)
    verdict = trouble or f"{counts.passed} passed, {counts.failed} failed"
    # The colon keeps this apart from the last line of all, which programs read.
    print(f"==> {suite.name}: {'ok' if result.succeeded else 'FAILED'}: {verdict}: {result.seconds:.1f} s", flush=True)
    return result


def _execute(suite: Suite, seconds: float) -> tuple[str, int, str]:
    """What the command printed, its exit status, and why it had to be ended, if so."""
    process = subprocess.Popen(
        suite.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **suite.environment},
        start_new_session=True,
    )
    lines: list[str] = []
    reader = threading.Thread(target=_forward, args=(process, lines), daemon=True)
    reader.start()
    trouble = ""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        trouble = f"took longer than {seconds / 60:.1f} minutes"
    finally:
        if _end_group(process) and not trouble:
            trouble = "left processes running"
    reader.join(GRACE_SECONDS)
    return "".join(lines), process.wait(), trouble


def _forward(process: subprocess.Popen[bytes], lines: list[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        text = line.decode(errors="replace")
        lines.append(text)
        sys.stdout.write(text)
        sys.stdout.flush()


def _end_group(process: subprocess.Popen[bytes]) -> bool:
    """Ends what is left of the suite's processes; whether there was anything left."""
    if process.poll() is not None and _is_gone(process.pid):
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        if _is_gone(process.pid):
            break
    return True


def _is_gone(group: int) -> bool:
    """Waits for the end of all processes of the group; false where the grace did not suffice."""
    limit = time.monotonic() + GRACE_SECONDS
    while any(_living_members(group)):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _living_members(group: int) -> Iterator[int]:
    # Not killpg(group, 0): that counts the dead whom nobody has waited for, and in a container that may be for ever.
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat, encoding="utf-8", errors="replace") as file:
                state, _, process_group = file.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # It ended meanwhile.
        if int(process_group) == group and state not in "ZX":
            yield int(stat.split("/")[2])
