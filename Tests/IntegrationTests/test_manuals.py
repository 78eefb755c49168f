"""The manual pages say what there is: no option is missing, and none is there that the programs do not have."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from harness.processes import REPOSITORY, binary
from llmgw import _frames as frames

MANUALS = REPOSITORY / "docs/man"
OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")


def page(name: str) -> str:
    """A page's words, without the typesetting."""
    text = (MANUALS / name).read_text()
    text = re.sub(r"\\f[BIRP]|\\&", "", text)
    # `.BR a " | " b` sets its arguments beside each other.
    lines = [re.sub(r'"', "", line.partition(" ")[2]) if re.match(r"\.[BIRSPT]", line) else line for line in text.splitlines()]
    return "\n".join(lines).replace("\\-", "-").replace("\\(dq", '"')


def options(text: str) -> set[str]:
    return set(OPTION.findall(text))


def commands() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every command of llmgw-ctl that is no mere group of others, by its full name."""
    dump = json.loads(subprocess.run([binary("llmgw-ctl"), "--experimental-dump-help"], capture_output=True, check=True, timeout=30).stdout)

    def walk(command: dict[str, Any], path: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for child in command.get("subcommands", []):
            if child["commandName"] != "help" and child.get("shouldDisplay", True):
                yield from walk(child, [*path, child["commandName"]])
        if path and not command.get("subcommands"):
            yield " ".join(path), command

    return walk(dump["command"], [])


def own_options(command: dict[str, Any]) -> list[set[str]]:
    """The names of each option."""
    return [
        {("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]}
        for argument in command.get("arguments", [])
        if argument["kind"] != "positional" and argument["shouldDisplay"]
    ]


def test_llmgw_ctl() -> None:
    text = page("llmgw-ctl.1")
    # A group's command that is its default goes by the group's name.
    words = {word for name, _ in commands() for word in name.split() if word != "list"}
    assert len(words) > 10
    assert {word for word in words if not re.search(rf"\b{re.escape(word)}\b", text)} == set(), "commands that the page does not name"
    everywhere = {"--help", "-h", "--version"}
    said = options(text)
    # A page that has one of an option's names need not have the other.
    names = [own for _, command in commands() for own in own_options(command)]
    assert [own for own in names if not own & (said | everywhere)] == [], "options that the page does not name"
    assert said - everywhere <= {name for own in names for name in own}, "options that the page invents"


def test_llmgwd() -> None:
    help_text = subprocess.run([binary("llmgwd"), "--help"], capture_output=True, text=True, check=True, timeout=30).stdout
    known = options(help_text[help_text.index("OPTIONS"):])
    text = page("llmgwd.8")
    described = options(text[text.index("OPTIONS"):text.index("SIGNALS")])
    assert known == described


def test_llmgw_toml() -> None:
    written = subprocess.run([binary("llmgwd"), "--print-configuration-manual"], capture_output=True, text=True, check=True, timeout=30).stdout
    assert written == (MANUALS / "llmgw.toml.5").read_text(), "stale: make docs"


def test_llmgw_protocol() -> None:
    text = page("llmgw-protocol.7")
    said = {name: int(number, 16) for number, name in re.findall(r"^(0x\d\d)\t(\w+)\t", text, re.M)}
    assert said == {name: getattr(frames, name) for name in said} and len(said) == 12
    specification = (REPOSITORY / "proto/PROTOCOL.md").read_text()
    methods = {name: number for number, name in re.findall(r"^\| (0x0[12]\w\w) \| `llmgw\.v1\.([\w/]+)`", specification, re.M)}
    assert dict((name, number) for number, name in re.findall(r"^(0x\d{4})\t([\w/]+)$", text, re.M)) == methods


@pytest.mark.parametrize("manual", sorted(MANUALS.glob("*.[1-8]")), ids=lambda path: path.name)
def test_pages_are_well_formed(manual: Any) -> None:
    version = subprocess.run([binary("llmgwd"), "--version"], capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    text = manual.read_text()
    assert f'"llmgw {version}"' in text
    sections = re.findall(r"^\.SH (.+)$", text, re.M)
    assert sections[0] == "NAME" and sections[-1] == "SEE ALSO"
