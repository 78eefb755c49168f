"""llmgw-ctl."""

from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any

from .processes import binary, environment

OK, FAILURE, USAGE, UNREACHABLE, DENIED, UPSTREAM, DEADLINE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130


class Tool:
    """llmgw-ctl against one daemon."""

    def __init__(self, socket: pathlib.Path) -> None:
        self.environment = {**environment(), "LLMGW_SOCKET": str(socket)}

    def __call__(self, *arguments: str, status: int = OK, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [binary("llmgw-ctl"), *arguments], input=stdin, capture_output=True, env=self.environment, timeout=30, check=False, **options
        )
        done = subprocess.CompletedProcess(result.args, result.returncode, result.stdout.decode(), result.stderr.decode())
        assert done.returncode == status, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json").stdout)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [binary("llmgw-ctl"), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
