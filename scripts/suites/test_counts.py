"""Tests of the counting, with what the test runners really print."""

import counts
from counts import Counts

SWIFT_TESTING = """\
◇ Test run started.
◇ Test "What this version does not know is skipped" started.
➜ Test off() skipped: "the reason"
➜ Test `one with spaces`() skipped.
✘ Test "中文名字" recorded an issue at t.swift:6:36: Expectation failed: (one → 1) == 2
✘ Test many(x:) recorded an issue with 1 argument x → 2 at t.swift:8:51: Expectation failed: (x → 2) != 2
✔ Test "What this version does not know is skipped" with 5 test cases passed after 0.001 seconds.
✘ Test "中文名字" failed after 0.001 seconds with 1 issue.
✘ Test many(x:) with 3 test cases failed after 0.001 seconds with 1 issue.
━ Test known() passed after 0.001 seconds with 1 known issue.
✘ Suite S failed after 0.001 seconds with 3 issues (including 1 known issue).
✘ Test run with 6 tests in 1 suite failed after 0.001 seconds with 3 issues (including 1 known issue).
"""
NO_XCTEST = """\
Test Suite 'All tests' passed at 2026-01-01 00:00:00.000
\t Executed 0 tests, with 0 failures (0 unexpected) in 0.0 (0.0) seconds
"""
XCTEST = """\
Test Case 'X.testA' passed (0.001 seconds)
Test Case 'X.testB' failed (0.0 seconds)
Test Case 'X.testC' skipped (0.0 seconds)
\t Executed 3 tests, with 1 test skipped and 2 failures (0 unexpected) in 0.001 (0.001) seconds
Test Suite 'All tests' failed at 2026-01-01 00:00:00.000
\t Executed 3 tests, with 1 test skipped and 2 failures (0 unexpected) in 0.001 (0.001) seconds
"""


def test_swift_testing() -> None:
    assert counts.swift(NO_XCTEST + SWIFT_TESTING, 1) == Counts(2, 2, 2)


def test_xctest_beside_it() -> None:
    assert counts.swift(XCTEST, 1) == Counts(1, 1, 1)
    assert counts.swift(XCTEST + SWIFT_TESTING, 1) == Counts(3, 3, 3)


def test_swift_without_a_test() -> None:
    assert counts.swift(NO_XCTEST, 0) == Counts()


def test_pytest() -> None:
    assert counts.pytest("=== 1 failed, 3 passed, 2 skipped, 1 xfailed, 2 errors in 61.20s (0:01:01) ===\n", 1) == Counts(4, 3, 2)
    assert counts.pytest("237 passed in 0.24s\n", 0) == Counts(237)
    assert counts.pytest("=== no tests ran in 0.01s ===\n", 5) == Counts()


def test_plain() -> None:
    assert counts.plain("2 passed, 1 failed\nmore\n7 passed, 0 failed, 1 skipped\n", 0) == Counts(7, 0, 1)
    assert counts.plain("it said: 7 passed, 0 failed\n", 0) == Counts()
