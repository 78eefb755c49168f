"""The demonstration of `make run`: three languages, one gateway. Usage: `python scripts/demo model|sim|openai`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import FrameType

import upstreams
from processes import DemoError, Process, Program, Server

BINARIES = os.environ.get("LLMGW_BIN", ".build/debug")
C_EXAMPLE = "clients/c/build/examples/chat"
ANSWER_SECONDS = 120.0
COLOURS = {"C": "36", "Swift": "33", "Python": "32", "C (story)": "35"}

QUESTIONS = [
    ("C", [C_EXAMPLE, "--whole", "What is the capital of France?"]),
    ("Swift", [f"{BINARIES}/chat-example", "--stream", "Describe the sea in three sentences."]),
    ("Python", [".venv/bin/python", "clients/python/examples/chat.py", "--model", "small", "What is the opposite of hot?"]),
]
STORY = ("C (story)", [C_EXAMPLE, "--model", "storyteller", "Write a long story about a lighthouse keeper and a storm."])


class Screen:
    """Lines with the time since the beginning and the program they come from."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._lock = threading.Lock()
        self._colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def show(self, name: str, line: str) -> None:
        label = f"{name:>9}"
        if self._colours:
            label = f"\033[{COLOURS[name]}m{label}\033[0m"
        with self._lock:
            print(f"{time.monotonic() - self._begin:6.2f} s  {label} | {line}", flush=True)


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def accepts_connections(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def ask_together(environment: dict[str, str], running: contextlib.ExitStack) -> None:
    """Starts all programs at once; the story is interrupted as soon as it has begun."""
    screen = Screen()
    for name, command in [*QUESTIONS, STORY]:
        print(f"    {name:>9} : {' '.join(command[:-1])} '{command[-1]}'")
    print(flush=True)
    programs = [running.enter_context(Program(name, command, environment, screen.show)) for name, command in QUESTIONS]
    story = running.enter_context(Program(*STORY, environment, screen.show))

    if not story.spoke.wait(ANSWER_SECONDS):
        raise DemoError(f"{story.name} got no answer within {ANSWER_SECONDS:.0f} s")
    if story.process.poll() is not None:
        raise DemoError(f"{story.name} ended with status {story.process.returncode} before it could be interrupted")
    story.stop(signal.SIGINT)
    screen.show(story.name, "[interrupted, as with Ctrl-C: the gateway stops the upstream's work too]")

    failures = [program.name for program in programs if program.wait(ANSWER_SECONDS) != 0]
    if failures:
        raise DemoError(f"no answer for: {', '.join(failures)}")


def demonstrate(upstream: upstreams.Upstream, folder: Path, running: contextlib.ExitStack) -> None:
    environment = {**os.environ}
    server = None
    say(f"The upstream is {upstream.description}")
    if upstream.command:
        server = running.enter_context(Server("the upstream", upstream.command, environment, folder / "upstream.log"))
    configuration, path = folder / "llmgw.toml", folder / "llmgw.sock"
    configuration.write_text(upstream.configuration(server))

    command = [f"{BINARIES}/llmgwd", "--config", str(configuration), "--socket", str(path)]
    daemon = running.enter_context(Server("llmgwd", command, environment, folder / "llmgwd.log"))
    daemon.wait_for(lambda: accepts_connections(path), "a connection on its socket")
    say(f"llmgwd serves on {path}")

    say("Four calls at the same time; the programs know the socket, not the upstream, its address or its key:")
    environment["LLMGW_SOCKET"] = str(path)
    environment.pop("OPENAI_API_KEY", None)
    with contextlib.ExitStack() as programs:
        try:
            ask_together(environment, programs)
        except DemoError as error:
            raise DemoError(f"{error}\nllmgwd's last words:\n{daemon.last_words()}") from error

    say("llmgw-ctl status")
    subprocess.run([f"{BINARIES}/llmgw-ctl", "status"], env=environment, check=True)

    status = daemon.stop()
    if status != 0:
        raise DemoError(f"llmgwd ended with status {status} after SIGTERM:\n{daemon.last_words()}")
    say("llmgwd has finished what ran, and ended")


def leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    known = upstreams.known(BINARIES)
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        print(f"usage: demo {'|'.join(known)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        with tempfile.TemporaryDirectory(prefix="llmgw-run-") as folder, contextlib.ExitStack() as running:
            demonstrate(known[sys.argv[1]], Path(folder), running)
    except (DemoError, OSError, subprocess.CalledProcessError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    say("Nothing is left running")
    return 0


if __name__ == "__main__":
    sys.exit(main())
