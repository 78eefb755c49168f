"""Reads from the output of a test runner how many tests passed, failed and were skipped."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Counts(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0


Reader = Callable[[str, int], Counts]


def whole(output: str, status: int) -> Counts:
    """A command that is one test by itself."""
    return Counts(passed=1) if status == 0 else Counts(failed=1)


def plain(output: str, status: int) -> Counts:
    """The last line of the form `N passed, N failed`, optionally `, N skipped`."""
    found = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.M)
    return Counts(*(int(number or 0) for number in found[-1])) if found else Counts()


def pytest(output: str, status: int) -> Counts:
    """The last line of the form `=== 3 passed, 1 failed, 2 skipped in 0.12s ===`."""
    lines = re.findall(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s.*$", output, re.M)
    if not lines:
        return Counts()
    number = {word.rstrip("s"): int(digits) for digits, word in re.findall(r"(\d+) ([a-z]+)", lines[-1])}
    return Counts(
        passed=number.get("passed", 0) + number.get("xfailed", 0),
        failed=number.get("failed", 0) + number.get("error", 0) + number.get("xpassed", 0),
        skipped=number.get("skipped", 0),
    )


def swift(output: str, status: int) -> Counts:
    """Both summaries of `swift test`: XCTest's, which is there even without a test, and Swift Testing's."""
    old, new = _xctest(output), _swift_testing(output)
    return Counts(*(a + b for a, b in zip(old, new)))


def _xctest(output: str) -> Counts:
    # Every class has such a line; the last is the sum.
    found = re.findall(r"Executed (\d+) tests?, with (?:(\d+) tests? skipped and )?(\d+) failures?", output)
    if not found:
        return Counts()
    total, skipped = int(found[-1][0]), int(found[-1][1] or 0)
    # Its failures are assertions; a test may have several.
    failed = len(set(re.findall(r"^Test Case '(.+)' failed", output, re.M)))
    return Counts(total - skipped - failed, failed, skipped)


# A test goes by its name in quotes, which may hold any words, or by its function.
_TEST = r'^\S+ +Test (?:".*"|`.*`\S*|\w\S*)(?: with \d+ test cases?)?'


def _swift_testing(output: str) -> Counts:
    found = re.findall(r"^\S+ +Test run with (\d+) tests?(?: in \d+ suites?)? (?:passed|failed) after", output, re.M)
    if not found:
        return Counts()
    total = sum(map(int, found))
    failed = len(re.findall(_TEST + r" failed after ", output, re.M))
    skipped = len(re.findall(_TEST + r" skipped(?:[.:]|$)", output, re.M))
    return Counts(total - failed - skipped, failed, skipped)
