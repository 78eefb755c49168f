"""The upstreams of the demonstration, and the daemon's configuration for each."""

import os
import re
from dataclasses import dataclass

from processes import Server

CONFIGURATION = """\
# Written by `make run`.
[providers.{provider}]
base_url = "{base_url}"
{key}# Two requests at a time; the gateway lets the others wait.
max_concurrency = 2

[models.small]
provider = "{provider}"
upstream_model = "{model}"
parameters = {{ max_tokens = 60, temperature = 0.0 }}

[models.storyteller]
provider = "{provider}"
upstream_model = "{model}"
parameters = {{ max_tokens = 1000, temperature = 0.0 }}

[defaults]
model = "small"
"""


@dataclass(frozen=True)
class Upstream:
    # What it is, for the reader.
    description: str
    provider: str
    model: str
    # The program to start, if it runs here; it says where it listens.
    command: list[str] | None = None
    base_url: str | None = None
    key_variable: str | None = None

    def configuration(self, server: Server | None) -> str:
        """The daemon's TOML. The key itself is never in it, only where to find it."""
        base_url = self.base_url if server is None else f"{address(server)}/v1"
        key = f'key_env = "{self.key_variable}"\n' if self.key_variable else ""
        return CONFIGURATION.format(provider=self.provider, base_url=base_url, key=key, model=self.model)


def address(server: Server) -> str:
    line = server.wait_for_line("listening on http")
    found = re.search(r"http://\S+", line)
    assert found is not None
    return found[0]


def known(binaries: str) -> dict[str, Upstream]:
    return {
        "model": Upstream(
            "a small real model on this machine (SmolLM2, 135 million parameters)",
            "local", "smollm2", [".venv/bin/python", "scripts/model-server.py"],
        ),
        "sim": Upstream(
            "the SIMULATED provider; its words come from no model",
            "simulated", "sim", [f"{binaries}/llmgw-sim", "--port", "0", "--tokens-per-second", "30"],
        ),
        "openai": Upstream(
            "the OpenAI API",
            "openai", os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
            base_url=os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1"), key_variable="OPENAI_API_KEY",
        ),
    }
