"""The real binaries."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import subprocess
import urllib.request
from typing import Any

from llmgw import AsyncClient, Client

from .configuration import KEY, KEY_VARIABLE, SECRET_WORD
from .waiting import wait_until

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
BINARIES = pathlib.Path(os.environ.get("LLMGW_BIN") or REPOSITORY / ".build" / "debug")


def binary(name: str) -> str:
    path = BINARIES / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: build it, or set LLMGW_BIN to the directory that has it")
    return str(path)


def environment() -> dict[str, str]:
    """The tests' own, without what would lead the daemon elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LLMGW_", "XDG_", "NOTIFY_"))}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    return {**kept, KEY_VARIABLE: KEY}


class Daemon:
    """llmgwd with a configuration of its own, on a socket in a private directory."""

    def __init__(self, directory: pathlib.Path, toml: str) -> None:
        self.directory = directory
        self.socket = directory / "llmgw.sock"
        self.config = directory / "llmgw.toml"
        self.config.write_text(toml)
        self._log = directory / "llmgwd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[Client] = []

    def start(self, *confined: str) -> Daemon:
        """By a program that confines it, where one is named."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*confined, binary("llmgwd"), "--config", self.config, "--socket", self.socket, "--log-level", "trace"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(),
            )
        wait_until(self._accepts, "the daemon accepts connections")
        return self

    def _accepts(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the daemon ended:\n{self.log}"
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def resident_bytes(self) -> int:
        fields = pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def client(self, **options: Any) -> Client:
        client = Client(str(self.socket), **{"timeout": 30.0, **options})
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncClient:
        return AsyncClient(str(self.socket), **{"timeout": 30.0, **options})

    def hang_up(self) -> None:
        """Asks for a reload."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def reload(self, toml: str) -> None:
        """With another configuration, which must be accepted."""
        before = self.log.count("configuration reloaded")
        self.config.write_text(toml)
        self.hang_up()
        wait_until(lambda: self.log.count("configuration reloaded") > before, "the daemon reloads")

    def terminate(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, within: float = 10.0) -> int:
        assert self._process is not None
        return self._process.wait(within)

    def kill(self) -> None:
        """As a crash would end it: nothing is tidied up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Ends it as a service manager would, and checks what must hold for every run."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                status = process.wait(10)
            finally:
                process.kill()
            assert status == 0, f"the daemon ended with status {status}:\n{self.log}"
            assert not self.socket.exists(), "the socket stayed behind"
        for secret in (KEY, SECRET_WORD):
            assert secret not in self.log, "a secret is in the daemon's log"


class Simulator:
    """llmgw-sim on a free port."""

    def __init__(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [binary("llmgw-sim"), "--port", "0", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env=environment(),
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.url = next((word for word in line.split() if word.startswith("http://")), "")
        assert self.url, f"the simulator did not say where it listens: {line!r}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/_sim/stats", timeout=30) as answer:
            stats: dict[str, Any] = json.load(answer)
        return stats

    def counts(self, model: str) -> dict[str, Any]:
        """What was done in the name of this model."""
        none = {"received": 0, "completed": 0, "aborted": 0, "in_flight": 0, "max_in_flight": 0, "embedding_inputs": []}
        counts: dict[str, Any] = self.stats()["models"].get(model, none)
        return counts

    def script(self, model: str, *responses: dict[str, Any]) -> None:
        """Answers for the next requests, instead of the model's own."""
        body = json.dumps({"model": model, "responses": responses}).encode()
        with urllib.request.urlopen(f"{self.url}/_sim/script", data=body, timeout=30) as answer:
            assert answer.status == 200

    def stop(self) -> None:
        self._process.terminate()
        try:
            status = self._process.wait(10)
        finally:
            self._process.kill()
            if self._process.stdout is not None:
                self._process.stdout.close()
        assert status == 0, f"the simulator ended with status {status}"
