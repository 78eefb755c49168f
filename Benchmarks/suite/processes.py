"""Processes that are started, waited for, measured and ended."""

import socket
import subprocess
import time
from pathlib import Path


class Process:
    """A server. Ends with the `with` block; one that ends before is an error."""

    def __init__(self, command, ready, log):
        self.log = Path(log)
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output)
        deadline = time.monotonic() + 10
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"{command[0]} did not start:\n{self.log.read_text()}")
            time.sleep(0.01)

    @property
    def pid(self):
        return self.process.pid

    def memory(self):
        """Resident memory in kB: all of it, and what belongs to this process alone (not backed by a file)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return {
            "resident_kb": int(fields["VmRSS"].split()[0]),
            "anonymous_kb": int(fields["RssAnon"].split()[0]),
            "threads": int(fields["Threads"]),
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        ended = self.process.poll()
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if ended is not None:
            raise RuntimeError(f"{self.process.args[0]} ended by itself ({ended}):\n{self.log.read_text()}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
