"""The suites of `make test` and `make check`, fast ones first."""

import os

import counts
from runner import Suite

# One build for all; with the variable set, suites use the binaries of that folder instead.
BINARIES = {"LLMGW_BIN": os.environ.get("LLMGW_BIN", os.path.abspath(".build/debug"))}
# For each target: enough to see that they run; .ci/run takes longer. Always with the same mutations: what a search finds by luck would fail whoever
# comes next, and `make fuzz` is there for searching.
FUZZ_SECONDS = os.environ.get("FUZZ_SECONDS", "8")
PYTHON = ".venv/bin/python"
PYTEST = [PYTHON, "-m", "pytest"]
BUILD = ["swift", "build", "--explicit-target-dependency-import-check", "error"]

SWIFT_TEST = ["swift", "test", *BUILD[2:]]
# Test targets with sockets, files, threads and processes: not beside the simulations, which would keep them from the
# processor for longer than they can wait.
WAITING = r"^(LLMGW(Gateway|Host|Storage|Transport|Upstream)Tests|LLMGatewayClientTests|llmgwdTests|llmgw_ctlTests)\."

TEST = [
    Suite("build", BUILD, minutes=30),
    Suite("C client", ["make", "-C", "clients/c", "test"], 5, counts.plain, BINARIES),
    Suite("C client, sanitized", ["make", "-C", "clients/c", "test", "SANITIZE=1"], 8, counts.plain, BINARIES),
    Suite("Python client", [*PYTEST, "--timeout=60", "clients/python"], 8, counts.pytest, BINARIES),
    Suite("Python client, types", [PYTHON, "-m", "mypy", "--config-file", "clients/python/pyproject.toml"], 5),
    Suite("Swift", [*SWIFT_TEST, "--skip", WAITING], 15, counts.swift, BINARIES, needs=("build",)),
    Suite("Swift, with I/O", [*SWIFT_TEST, "--filter", WAITING], 15, counts.swift, BINARIES, needs=("build",)),
    Suite("fuzzing", ["scripts/fuzz", "--seed", "1", "--seconds", FUZZ_SECONDS], 15, counts.plain),
    Suite("soak", [PYTHON, "Benchmarks/soak", "--minutes", "0.2", "--idle", "1000", "--busy", "100"], 8, environment=BINARIES, needs=("build",)),
    Suite("integration", [*PYTEST, "Tests/IntegrationTests"], 25, counts.pytest, BINARIES, needs=("build",)),
]

SWIFT_FOLDERS = ["Package.swift", "Sources", "Tests", "clients/swift", "Benchmarks/pipeline"]

CHECK = [
    Suite("counting of tests", [*PYTEST, "scripts/suites"], 1, counts.pytest),
    Suite("Swift format", ["swift", "format", "lint", "--strict", "--recursive", "--parallel", *SWIFT_FOLDERS], 5),
    Suite("Swift rules", [PYTHON, "scripts/check-swift-rules.py"], 1),
    Suite("imports", [PYTHON, "scripts/check-imports.py"], 1),
    Suite("shell scripts", ["scripts/check-shell"], 2),
    Suite("Python scripts", ["scripts/check-python"], 3),
    Suite("proto rules", [PYTHON, "scripts/check-proto.py"], 1),
    Suite("generated files", ["scripts/check-generated"], 30),
    Suite("C manual", [PYTHON, "scripts/check-c-manual.py"], 1),
    Suite("systemd units", ["scripts/check-units"], 1),
    Suite("Markdown links", [PYTHON, "scripts/check-links.py"], 1),
    Suite("text", [PYTHON, "scripts/check-text.py"], 1),
]

# The packages, and what only a booted Debian can show of them.
SYSTEMD = [
    Suite("packages", ["scripts/deb"], 40),
    Suite("systemd", [*PYTEST, "Tests/SystemdTests"], 15, counts.pytest, needs=("packages",), may_skip=True),
]

GROUPS = {"test": TEST, "check": CHECK, "systemd": SYSTEMD}
