"""Waiting for what other processes and threads do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds that anything may take on a busy machine before a test calls it missing.
PATIENCE = 10.0


def wait_until(condition: Callable[[], T | None], what: str, within: float = PATIENCE) -> T:
    """The condition's first true value."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.002)
    return value
