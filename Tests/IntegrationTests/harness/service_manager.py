"""What systemd does for a service: it holds the listening sockets, passes them on, and hears how its service is doing."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping

from .processes import binary, environment
from .waiting import wait_until


class ServiceManager:
    """Starts llmgwd with sockets and a notification socket. The sockets outlive every daemon, as with socket activation."""

    def __init__(self, directory: pathlib.Path, toml: str, *, names: tuple[str, ...] = ("llmgw",), watchdog: float | None = None) -> None:
        self.directory = directory
        self.program = pathlib.Path(binary("llmgwd"))
        self.config = directory / "llmgw.toml"
        self.config.write_text(toml)
        self.watchdog = watchdog
        self._log = directory / "llmgwd.log"
        self.listeners = {name: self._listen(directory / f"{name}.sock") for name in names}
        self._notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notifications.bind(str(directory / "notify"))
        self._heard: list[dict[str, str]] = []
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _listen(path: pathlib.Path) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(4096)
        return listener

    @property
    def socket(self) -> pathlib.Path:
        return self.directory / "llmgw.sock"

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _read(self) -> None:
        while data := self._notifications.recv(1 << 16):
            message = dict(line.split("=", 1) for line in data.decode().splitlines())
            if "SETTLED" in message:
                self._settled.set()
                continue
            with self._lock:
                self._heard.append(message)

    def heard(self, name: str) -> list[str]:
        """Every value that this variable was given, in order."""
        with self._lock:
            return [message[name] for message in self._heard if name in message]

    @property
    def messages(self) -> list[dict[str, str]]:
        with self._lock:
            return list(self._heard)

    def spawn(self, *arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Starts the daemon, and does not wait for it."""
        passed = list(self.listeners.values())
        extra = {
            "LISTEN_FDS": str(len(passed)), "LISTEN_FDNAMES": ":".join(self.listeners), "NOTIFY_SOCKET": str(self.directory / "notify"),
            **({"WATCHDOG_USEC": str(int(self.watchdog * 1e6))} if self.watchdog else {}), **(variables or {}),
        }
        # LISTEN_PID is known to the child alone: the shell becomes the daemon. Descriptors go to 3 and up by way of numbers that are free.
        moves = "".join(f" {60 + n}<&{fd.fileno()}" for n, fd in enumerate(passed)) + "".join(f" {3 + n}<&{60 + n}" for n in range(len(passed)))
        script = f'export LISTEN_PID=$$; exec "$@"{moves}'
        with self._log.open("ab") as log:
            return subprocess.Popen(
                ["/bin/bash", "-c", script, "llmgwd", str(self.program), "--config", str(self.config), "--log-level", "debug", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[fd.fileno() for fd in passed],
                env={**environment(), **extra},
            )

    def start(self, *arguments: str) -> ServiceManager:
        ready = len(self.heard("READY"))
        process = self.process = self.spawn(*arguments)

        def is_ready() -> bool:
            assert process.poll() is None, f"the daemon ended:\n{self.log}"
            return len(self.heard("READY")) > ready

        wait_until(is_ready, "READY=1")
        return self

    def stop(self, within: float = 30.0) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(within)
        finally:
            process.kill()
        assert status == 0, f"the daemon ended with status {status}:\n{self.log}"
        self.settle()

    def settle(self) -> None:
        """Hears everything that was said before."""
        self._settled.clear()
        self._tell(b"SETTLED=1")
        assert self._settled.wait(10), "the reader of notifications hangs"

    def _tell(self, message: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.sendto(message, str(self.directory / "notify"))

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self._tell(b"")
        self._reader.join(10)
        self._notifications.close()
        for listener in self.listeners.values():
            listener.close()


def threads(pid: int) -> dict[int, str]:
    """The names of a process's threads."""
    names = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        names[int(task)] = pathlib.Path(f"/proc/{pid}/task/{task}/comm").read_text().strip()
    return names
