"""Tests of the runner: what counts as a failure of a suite as a whole."""

import time

import counts
import pytest
import runner
from runner import Suite


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", 0.3)


def run(script: str, minutes: float = 1.0, left: float = 60.0) -> runner.Result:
    return runner.run(Suite("a suite", ["bash", "-c", script], minutes, counts.plain), time.monotonic() + left)


def test_counts_and_output_are_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    result = run("echo 你好; echo '3 passed, 0 failed, 1 skipped'")
    assert (result.counts, result.trouble) == ((3, 0, 1), "")
    assert "你好\n" in capsys.readouterr().out


def test_a_failing_command_fails_although_its_tests_passed() -> None:
    result = run("echo '3 passed, 0 failed'; exit 7")
    assert (result.counts, result.trouble) == ((3, 1, 0), "ended with status 7")


def test_no_test_is_a_failure() -> None:
    assert run("echo '0 passed, 0 failed, 2 skipped'").counts == (0, 1, 2)
    assert run("true").trouble == "ran no test"


def test_a_suite_that_may_be_skipped_has_to_say_so() -> None:
    def skipped(output: str) -> runner.Result:
        return runner.run(Suite("a suite", ["echo", output], 1, counts.plain, may_skip=True), time.monotonic() + 60)

    assert skipped("0 passed, 0 failed, 2 skipped").counts == (0, 0, 2)
    assert skipped("0 passed, 0 failed").trouble == "ran no test"


def test_a_suite_has_an_end() -> None:
    result = run("trap '' TERM; echo '3 passed, 0 failed'; while :; do sleep 0.05; done", minutes=0.005)
    assert result.counts.failed == 1
    assert "took longer" in result.trouble


def test_what_is_left_running_is_ended_and_a_failure() -> None:
    result = run("echo '3 passed, 0 failed'; sleep 60 &")
    assert (result.counts, result.trouble) == ((3, 1, 0), "left processes running")


def test_without_time_left_a_suite_fails() -> None:
    assert run("echo '3 passed, 0 failed'", left=0).trouble == "not run: no time left"


def test_the_excerpt_has_what_failed_and_the_end() -> None:
    script = "echo '✘ Test 你好() recorded an issue'; seq 100; echo '5 passed, 1 failed'; exit 1"
    excerpt = run(script).excerpt()
    assert excerpt[0] == "✘ Test 你好() recorded an issue"
    assert excerpt[1:] == [str(number) for number in range(72, 101)] + ["5 passed, 1 failed"]
