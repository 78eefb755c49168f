"""Programs of several users, and a window counter that judges by arrival."""

from __future__ import annotations

import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import llmgw
from llmgw import Client, GatewayError

from .configuration import PROMPT
from .processes import Daemon
from .upstream import Exchange, chat_reply


class ArrivingRequests:
    """An upstream's own count: when each request arrived, and the tokens it says it took."""

    def __init__(self, tokens: int = 10, service: float = 0.0, held: bool = False, failing: float = 0.0) -> None:
        #: The part of the requests that is answered with an error: it has arrived all the same.
        self.failing = failing
        self.failed = 0
        self._chance = random.Random(1)
        #: Nothing is answered before.
        self.hold = threading.Event()
        if not held:
            self.hold.set()
        self.tokens = tokens
        self.service = service
        self._lock = threading.Lock()
        self.arrivals: list[tuple[float, str]] = []

    def script(self, exchange: Exchange) -> None:
        # Of a daemon that was killed, half a request may come: it has arrived as well.
        name = exchange.request.json.get("user", "") if exchange.request.body else ""
        with self._lock:
            self.arrivals.append((time.monotonic(), name))
            fails = self._chance.random() < self.failing
            self.failed += fails
        self.hold.wait(60)
        if self.service:
            # As long as a model takes.
            time.sleep(self.service)
        if fails:
            exchange.reply({"error": {"message": "坏了", "type": "server_error"}}, status=500)
            return
        exchange.reply(chat_reply(usage={"prompt_tokens": self.tokens - 1, "completion_tokens": 1, "total_tokens": self.tokens}))

    def fullest_window(self, length: float = 60.0) -> int:
        """The most requests that any window of this length holds."""
        times = sorted(at for at, _ in self.arrivals)
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - length:
                first += 1
            most = max(most, last - first + 1)
        return most

    def between(self, start: float, end: float) -> int:
        return sum(start <= at < end for at, _ in self.arrivals)


def open_to_all(gateway: Daemon) -> None:
    """Lets other users reach the socket, whose directories are private."""
    for directory in (gateway.directory, gateway.directory.parent):
        directory.chmod(0o711)


def fullest(taken: Sequence[tuple[float, int]], length: float = 60.0) -> int:
    """The most that any window of this length holds of what was taken, at its times."""
    taken = sorted(taken)
    most = held = first = 0
    for at, amount in taken:
        held += amount
        while taken[first][0] <= at - length:
            held -= taken[first][1]
            first += 1
        most = max(most, held)
    return most


def start_user(
    gateway: Daemon, uid: int, *, seconds: float, threads: int = 2, cancels: float = 0.0, models: Sequence[str] = (),
) -> subprocess.Popen[str]:
    """A program of this user that asks as fast as it gets answers, each thread the next of these models, and prints what came of it."""
    packages = [str(pathlib.Path(llmgw.__file__).parents[1]), str(pathlib.Path(__file__).parents[1]), *sys.path]
    command = [sys.executable, "-m", "harness.quota", str(gateway.socket), str(uid), str(seconds), str(threads), str(cancels), *models]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(filter(None, packages))},
    )


def results(programs: Sequence[subprocess.Popen[str]], within: float) -> list[dict[str, Any]]:
    try:
        return [json.loads(program.communicate(timeout=within)[0]) for program in programs]
    finally:
        for program in programs:
            program.kill()


def _ask(
    socket: str, name: str, model: str | None, until: float, cancels: float, counts: dict[str, int], lock: threading.Lock,
) -> None:
    chance = random.Random(name)
    with Client(socket, timeout=30.0) as client:
        while (left := until - time.monotonic()) > 0:
            # Some lose patience while they wait.
            patience = chance.uniform(0.01, 0.5) if chance.random() < cancels else left + 1
            try:
                client.chat(PROMPT, model=model, user=name, timeout=patience)
                outcome = "answered"
            except GatewayError as error:
                outcome = error.reason
            with lock:
                counts[outcome] = counts.get(outcome, 0) + 1
            if outcome.startswith("llmgw.local"):
                # The daemon is being started again.
                threading.Event().wait(0.05)


def main() -> None:
    socket, name, seconds, threads, cancels, *models = sys.argv[1:]
    # Only now, as another user may not be able to read this interpreter's modules.
    os.setgroups([])
    os.setgid(int(name))
    os.setuid(int(name))
    counts: dict[str, int] = {}
    lock = threading.Lock()
    until = time.monotonic() + float(seconds)
    workers = [
        threading.Thread(
            target=_ask,
            args=(socket, f"{name}/{number}", models[number % len(models)] if models else None, until, float(cancels), counts, lock),
        )
        for number in range(int(threads))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
