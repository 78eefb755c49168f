"""Where the daemon is. PROTOCOL.md, "Finding the daemon"."""

from __future__ import annotations

import os

SYSTEM_PATH = "/run/llmgw/llmgw.sock"


def candidates() -> list[str]:
    if explicit := os.environ.get("LLMGW_SOCKET"):
        return [explicit]
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return [f"{runtime}/llmgw/llmgw.sock", SYSTEM_PATH]
    return [SYSTEM_PATH]


def find() -> str:
    """The first candidate that exists, or the first."""
    paths = candidates()
    return next((path for path in paths if os.path.exists(path)), paths[0])
