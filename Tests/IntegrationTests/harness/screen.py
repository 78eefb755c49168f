"""A real terminal: tmux, with one window of a size that the test chooses."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
from collections.abc import Mapping

from .waiting import wait_until


class Screen:
    """A shell in a terminal of its own."""

    def __init__(self, directory: pathlib.Path, environment: Mapping[str, str], columns: int = 120, rows: int = 30) -> None:
        program = shutil.which("tmux")
        assert program, "tmux is missing: scripts/setup test"
        #: Names this terminal in the environment of its programs.
        self.socket = str(directory / "tmux.sock")
        self._tmux = [program, "-u", "-S", self.socket, "-f", "/dev/null"]
        self._environment = {**environment, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        self._run("new-session", "-d", "-x", str(columns), "-y", str(rows), "/bin/sh")
        try:
            wait_until(lambda: self.text.strip(), "the shell prompts")
        except BaseException:
            self.stop()
            raise

    def _run(self, *arguments: str) -> str:
        result = subprocess.run([*self._tmux, *arguments], env=self._environment, capture_output=True, text=True, check=False, timeout=30)
        assert result.returncode == 0, f"tmux {arguments}: {result.stderr}"
        return result.stdout

    @property
    def text(self) -> str:
        """What stands there now."""
        return self._run("capture-pane", "-p")

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: Enter, Escape, Down, C-c."""
        self._run("send-keys", *keys)

    def enter(self, command: str) -> None:
        self.type(command)
        self.press("Enter")

    def resize(self, columns: int, rows: int) -> None:
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def wait_for(self, *parts: str) -> str:
        """The first text that has all the parts."""
        seen = [""]

        def shown() -> str:
            seen[0] = self.text
            return seen[0] if all(part in seen[0] for part in parts) else ""

        try:
            return wait_until(shown, f"the screen shows {parts}")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{seen[0]}") from None

    def wait_without(self, part: str) -> str:
        return wait_until(lambda: None if part in (text := self.text) else text, f"the screen does not show {part!r}")

    @property
    def modes(self) -> tuple[str, str]:
        """Whether the program has a screen of its own, and whether the cursor is visible."""
        alternate, cursor = self._run("display-message", "-p", "#{alternate_on} #{cursor_flag}").split()
        return alternate, cursor

    @property
    def settings(self) -> str:
        """The terminal's settings, as stty has them."""
        terminal = self._run("display-message", "-p", "#{pane_tty}").strip()
        return subprocess.run(["stty", "-F", terminal, "-a"], capture_output=True, text=True, check=True, timeout=30).stdout

    def stop(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], env=self._environment, capture_output=True, check=False, timeout=30)
