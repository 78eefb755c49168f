"""Servers in the background and programs in front of the reader; each ends with its `with` block, whatever happens."""

import codecs
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_SECONDS = 40.0  # Longer than the daemon's draining.


class DemoError(Exception):
    """What the reader needs to know when the demonstration cannot go on."""


class Process:
    """A child process that is ended, at the latest, when its `with` block is left."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], **options: object) -> None:
        self.name = name
        try:
            # A session of its own: Ctrl-C is for the demonstration, which then ends its children in good order.
            self.process: subprocess.Popen[bytes] = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, **options  # type: ignore[call-overload]
            )
        except OSError as error:
            raise DemoError(f"{name} cannot be started: {error}") from error

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise DemoError(f"{self.name} did not end within {STOP_SECONDS:.0f} s of {number.name}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class Server(Process):
    """A server, with what it prints in a file."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as file:
            super().__init__(name, command, environment, stdout=file, stderr=subprocess.STDOUT)

    def wait_for(self, condition: Callable[[], object], what: str, seconds: float = 60) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None:
                raise DemoError(f"{self.name} ended with status {self.process.returncode} instead of {what}:\n{self.last_words()}")
            if time.monotonic() > limit:
                raise DemoError(f"{self.name}: no {what} within {seconds:.0f} s:\n{self.last_words()}")
            time.sleep(0.02)

    def wait_for_line(self, text: str) -> str:
        """The first whole line with that text."""

        def find() -> str | None:
            lines = self.log.read_text(errors="replace").splitlines(keepends=True)
            return next((line for line in lines if text in line and line.endswith("\n")), None)

        self.wait_for(find, f"'{text}'")
        return find() or ""

    def last_words(self) -> str:
        return "\n".join("    " + line for line in self.log.read_text(errors="replace").splitlines()[-20:])


class Program(Process):
    """A program whose output is given line by line to `show`, as it comes; long lines are broken."""

    WIDTH = 88

    def __init__(self, name: str, command: list[str], environment: dict[str, str], show: Callable[[str, str], None]) -> None:
        super().__init__(name, command, environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.spoke = threading.Event()
        self._show = show
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self, seconds: float) -> int:
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise DemoError(f"{self.name} got no answer within {seconds:.0f} s") from None
        self._reader.join()
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = ""
        while data := os.read(self.process.stdout.fileno(), 65536):
            text += decoder.decode(data)
            *lines, text = text.split("\n")
            for line in lines:
                self._say(self._say_full_lines(line))
            text = self._say_full_lines(text)
        self._say(text)

    def _say_full_lines(self, text: str) -> str:
        """Shows what fills a line (a stream goes on for long without a line end); returns the rest."""
        while len(text) > self.WIDTH and (end := text.rfind(" ", 0, self.WIDTH)) > 0:
            self._say(text[:end])
            text = text[end + 1 :]
        return text

    def _say(self, line: str) -> None:
        if line.strip():
            self._show(self.name, line)
            self.spoke.set()
