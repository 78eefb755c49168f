"""Requests of other users and groups of the host. Only root can become somebody else."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import llmgw
import pytest
from llmgw import Client, GatewayError
from llmgw.types import CacheControl

from .configuration import PROMPT
from .processes import Daemon

only_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")


class OtherUser:
    """A program that asks once, as this user and group; `told` is what became of it: text, cache and model, or the reason of a refusal."""

    def __init__(self, gateway: Daemon, uid: int, gid: int, prompt: str = PROMPT, cache: CacheControl | None = None, **options: Any) -> None:
        packages = [str(pathlib.Path(llmgw.__file__).parents[1]), str(pathlib.Path(__file__).parents[1]), *sys.path]
        control = None if cache is None else asdict(cache)
        request = {"socket": str(gateway.socket), "uid": uid, "gid": gid, "prompt": prompt, "cache": control, "options": options}
        self._program = subprocess.Popen(
            [sys.executable, "-m", "harness.users"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(filter(None, packages))},
        )
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(request))
        self._program.stdin.close()
        self._program.stdin = None

    def told(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._program.communicate(timeout=60)[0]))
        finally:
            self._program.kill()


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    os.setgroups([])
    os.setgid(request["gid"])
    os.setuid(request["uid"])
    cache = request["cache"] and CacheControl(**request["cache"])
    try:
        reply = Client(request["socket"]).chat(request["prompt"], temperature=0, timeout=30, cache=cache, **request["options"])
    except GatewayError as error:
        return {"reason": error.reason}
    return {"text": reply.text, "cache": reply.info.cache, "model": reply.info.model}


if __name__ == "__main__":
    print(json.dumps(_ask(json.load(sys.stdin))))
