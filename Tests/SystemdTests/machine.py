"""A Debian of its own, booted with systemd in a container, with the packages installed."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: What the packages depend on, and what the tests run inside.
INCLUDED = (
    "adduser,ca-certificates,dbus,libcurl4,libjansson4,libprotobuf-c1,libsimdjson14,libsqlite3-0,libstdc++6,python3,python3-protobuf,systemd,systemd-sysv,util-linux"
)
#: Built anew when this changes.
BASE_VERSION = "1"
PATIENCE = 60.0


class Unavailable(Exception):
    """Why this host cannot run the container."""


def wait_until(condition: Callable[[], T | None], what: str, within: float = PATIENCE) -> T:
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.1)
    return value


def base_tree(cache: pathlib.Path) -> pathlib.Path:
    """Debian 12 as debootstrap makes it; kept for the next run."""
    if os.getuid() != 0:
        raise Unavailable("only root can boot a container")
    for program in ("debootstrap", "systemd-nspawn"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is missing: scripts/setup boot")
    tree, stamp = cache / "bookworm", cache / "bookworm.stamp"
    content = f"{BASE_VERSION} {INCLUDED}"
    if stamp.exists() and stamp.read_text() == content:
        return tree
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    command = ["debootstrap", "--variant=minbase", f"--include={INCLUDED}", "bookworm", str(tree), *mirror()]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Unavailable(f"debootstrap failed: {result.stdout[-400:]}")
    stamp.write_text(content)
    return tree


def mirror() -> list[str]:
    """Where this host gets its own packages from."""
    folder = pathlib.Path("/etc/apt")
    for file in [*sorted((folder / "sources.list.d").glob("*.sources")), folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))]:
        for line in file.read_text().splitlines() if file.exists() else ():
            words = line.split()
            address = next((word for word in words if word.startswith(("http://", "https://"))), None)
            if address and words[0] in ("URIs:", "deb"):
                return [address]
    return []


class Machine:
    """The container. Programs are run in it from outside, as any of its users."""

    def __init__(self, tree: pathlib.Path) -> None:
        self.tree = tree
        self._console = tree.with_suffix(".console")
        self._process: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def chroot(self, *command: str) -> str:
        """Before it is booted."""
        result = subprocess.run(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", "-D", str(self.tree), *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )
        assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
        return result.stdout

    def boot(self) -> None:
        with self._console.open("wb") as console:
            self._process = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "-D", str(self.tree),
                 "--boot"],
                stdin=subprocess.PIPE, stdout=console, stderr=console, start_new_session=True,
            )
        try:
            self._leader = wait_until(self._find_leader, "the container's first process")
            wait_until(self._is_up, "the container is up", within=120)
        except AssertionError as error:
            self.stop()
            raise Unavailable(f"systemd does not boot in a container here: {error}: {self.console[-600:]}") from None

    @property
    def console(self) -> str:
        return self._console.read_text(errors="replace")

    def _find_leader(self) -> int | None:
        assert self._process is not None
        assert self._process.poll() is None, "systemd-nspawn ended"
        children = pathlib.Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return next((int(child) for child in children if self._name(child) == "systemd"), None)

    @staticmethod
    def _name(pid: str) -> str:
        try:
            return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return ""

    def _is_up(self) -> bool:
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def run(
        self, *command: str, user: str = "root", check: bool = True, stdin: str = "", timeout: float = PATIENCE
    ) -> subprocess.CompletedProcess[str]:
        """In the container, as this user with all of its groups."""
        result = subprocess.run(self._inside(*command, user=user), input=stdin, capture_output=True, text=True, timeout=timeout, check=False)
        assert not check or result.returncode == 0, f"{command} as {user}: {result.returncode}: {result.stdout}{result.stderr}"
        return result

    def start(self, *command: str, user: str = "root", stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._inside(*command, user=user), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def _inside(self, *command: str, user: str) -> list[str]:
        become = [] if user == "root" else ["runuser", "-u", user, "--"]
        enter = ["nsenter", "--target", str(self._leader), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd"]
        return [*enter, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", *become, *command]

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", "-p", name, unit).stdout.strip()

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file of root's. What lies in memory there (/run, /tmp) is reached from inside only."""
        self.run("sh", "-c", f"umask 077; mkdir -p \"$(dirname '{path}')\"; cat >'{path}'; chmod {mode:o} '{path}'", stdin=text)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        # nspawn passes this on as a request to power off.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        if process.stdin is not None:
            process.stdin.close()
