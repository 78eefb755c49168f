"""Configurations that are wrong: every mistake is told, with its line, its key, and what was probably meant."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from harness.configuration import KEY
from harness.processes import binary, environment

GOOD = """\
[providers.up]
base_url = "https://api.example.test/v1"

[models.small]
provider = "up"
"""

#: What stands under [providers.up] instead of the good base_url; line 2 is the first.
PROVIDERS = [
    ('base_url = "ftp://x/v1"', "2: providers.up.base_url", "not an http or https URL"),
    ('base_url = "https://user:geheim@x/v1"', "2: providers.up.base_url", "user information"),
    ('base_url = "https://x/v1?key=1"', "2: providers.up.base_url", "query"),
    ('base_url = "https:///v1"', "2: providers.up.base_url", "names no host"),
    ('base_url = "https://x/a b"', "2: providers.up.base_url", "blanks"),
    ("base_url = 5", "2: providers.up.base_url", "is an integer; expected a string"),
    ('bas_url = "https://x"', "2: providers.up.bas_url", 'unknown setting; did you mean "base_url"?'),
    ("# nothing", "providers.up.base_url", "is missing"),
    ('base_url = "https://x"\nkey = "sk-in-the-file"', "3: providers.up.key", "does not belong in this file; use key_credential"),
    ('base_url = "https://x"\nkey_env = "NOT_SET_ANYWHERE"', "3: providers.up.key_env", "NOT_SET_ANYWHERE is not set"),
    ('base_url = "https://x"\nkey_file = "relative.key"', "3: providers.up.key_file", "not an absolute path"),
    ('base_url = "https://x"\nkey_file = "/no/such/file"', "3: providers.up.key_file", "No such file"),
    ('base_url = "https://x"\nkey_env = "A"\nkey_file = "/b"', "providers.up.key_", "one key too many"),
    ('base_url = "https://x"\nconnect_timeout = 5', "3: providers.up.connect_timeout", 'with its unit, such as "5s"'),
    ('base_url = "https://x"\nidle_timeout = "5 parsecs"', "3: providers.up.idle_timeout", 'is "5 parsecs"; expected a duration'),
    ('base_url = "https://x"\ntotal_timeout = "25h"', "3: providers.up.total_timeout", 'from "1ms" to "24h"'),
    ('base_url = "https://x"\nmax_concurrency = -1', "3: providers.up.max_concurrency", "is -1; expected an integer from 0"),
    ('base_url = "https://x"\nhttp_version = "1.2"', "3: providers.up.http_version", 'expected one of "auto", "1.1", "2"'),
    ('base_url = "https://x"\nkind = "openay"', "3: providers.up.kind", 'did you mean "openai"?'),
    ('base_url = "https://x"\nca_file = "/no/such.pem"', "3: providers.up.ca_file", "/no/such.pem"),
    ('base_url = "https://x"\nheaders = { "X Y" = "1" }', "providers.up.headers.X Y", "not the name of a header"),
    ('base_url = "https://x"\nheaders = { "X" = "a\\nb" }', "providers.up.headers.X", "control characters"),
    ('base_url = "https://x"\nheaders = { "X" = 7 }', "3: providers.up.headers", "a table of strings"),
    ('base_url = "https://x"\nembed_max_wait = "2s"', "3: providers.up.embed_max_wait", '"1s"'),
]

#: What is appended to the good configuration; line 7 is the first.
ADDED = [
    ("[modles.x]", "7: modles", 'unknown section; did you mean "models"?'),
    ('[models.big]\nprovider = "upp"', "8: models.big.provider", 'there is no provider "upp"; did you mean "up"?'),
    ("[models.big]\n", "models.big.provider", "is missing"),
    ('[models.big]\nprovider = "up"\naliases = ["small"]', "9: models.big.aliases", '"small" already means the model small'),
    ('[models.big]\nprovider = "up"\ncapabilities = ["visoin"]', "9: models.big.capabilities", 'did you mean "vision"?'),
    ('[models.big]\nprovider = "up"\n[models.big.parameters]\ntemperature = 11', "10: models.big.parameters.temperature", "0.0 to 10.0"),
    ('[models.big]\nprovider = "up"\n[models.big.parameters]\ntemprature = 1', "10: models.big.parameters.temprature", '"temperature"'),
    ('[models."big model"]\nprovider = "up"', "models.big model", "is not a name"),
    ('[defaults]\nmodel = "smal"', "8: defaults.model", 'there is no model "smal"; did you mean "small"?'),
    ('[defaults]\nembedding_model = "模型"', "8: defaults.embedding_model", 'there is no model "模型"'),
    ("[server]\nsocket_mode = 660", "8: server.socket_mode", "is an integer; expected a file mode"),
    ('[server]\nsocket_mode = "0888"', "8: server.socket_mode", 'such as "0660"'),
    ('[server]\nsocket = "llmgw.sock"', "8: server.socket", "not an absolute path"),
    ('[server]\nadmin_users = ["nobody-of-that-name"]', "8: server.admin_users", 'no user "nobody-of-that-name"'),
    ("[server]\nadmin_groups = [5]", "8: server.admin_groups", "expected an array of strings"),
    ("[server]\nmax_streams_per_uid = 0", "8: server.max_streams_per_uid", "is 0; expected an integer from 1"),
    ("server = 5", "models.small.server", "unknown setting"),
    ('[server]\nidle_timeout = "1m"\nidle_timeout = "2m"', "9:", "not valid TOML"),
    ("[server", "7:", "not valid TOML"),
    ('[models.big]\nprovider = "up', "8:", "not valid TOML"),
]

CASES = [(GOOD.replace('base_url = "https://api.example.test/v1"', text), place, said) for text, place, said in PROVIDERS]
CASES += [(f"{GOOD}\n{text}\n", place, said) for text, place, said in ADDED]
CASES += [
    ("", "", "no model is configured"),
    ("providers = 1\n", "1: providers", "expected a section [providers]"),
    ("[models]\nsmall = 3\n", "2: models.small", "expected a section [models.NAME]"),
]


def check(path: pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [binary("llmgwd"), "--config", str(path), "--check"], capture_output=True, text=True, timeout=20, env=environment()
    )


def test_good(directory: pathlib.Path) -> None:
    path = directory / "llmgw.toml"
    path.write_text(GOOD)
    result = check(path)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{path}: valid\n", "")


@pytest.mark.parametrize("text,place,said", CASES, ids=[f"{place} {said}"[:60] for _, place, said in CASES])
def test_mistakes(directory: pathlib.Path, text: str, place: str, said: str) -> None:
    path = directory / "llmgw.toml"
    path.write_text(text)
    result = check(path)
    assert (result.returncode, result.stdout) == (2, "")
    lines = [line for line in result.stderr.splitlines() if said in line]
    assert lines, result.stderr
    assert lines[0].startswith(f"llmgwd: {path}:"), lines[0]
    assert place in lines[0].removeprefix(f"llmgwd: {path}:"), lines[0]
    assert "geheim" not in result.stderr and "sk-in-the-file" not in result.stderr and KEY not in result.stderr


def test_all_at_once(directory: pathlib.Path) -> None:
    path = directory / "llmgw.toml"
    path.write_text(
        '[server]\nsocket_mod = "0660"\nidle_timeout = 5\n\n[providers.up]\nbase_url = "x"\n\n[models.a]\nprovider = "down"\n\n'
        '[defaults]\nmodel = "b"\n'
    )
    lines = check(path).stderr.splitlines()
    assert [line.removeprefix(f"llmgwd: {path}:").split(": ")[:2] for line in lines] == [
        ["2", "server.socket_mod"], ["3", "server.idle_timeout"], ["6", "providers.up.base_url"], ["9", "models.a.provider"],
        ["12", "defaults.model"],
    ]


def test_key_file_must_be_private(directory: pathlib.Path) -> None:
    key = directory / "key"
    key.write_text(KEY + "\n")
    key.chmod(0o644)
    path = directory / "llmgw.toml"
    path.write_text(GOOD.replace("[models", f'key_file = "{key}"\n\n[models'))
    result = check(path)
    assert result.returncode == 2 and "chmod 600" in result.stderr and KEY not in result.stderr
    key.chmod(0o600)
    assert check(path).returncode == 0
    key.write_text("clé\n")
    assert "HTTP header" in check(path).stderr and "clé" not in check(path).stderr
    key.write_text(" \n")
    assert "is empty" in check(path).stderr


def test_files_that_are_none(directory: pathlib.Path) -> None:
    assert "No such file" in check(directory / "missing.toml").stderr
    assert "regular file" in check(directory).stderr
    latin = directory / "latin.toml"
    latin.write_bytes(GOOD.encode() + b"# \xe9\n")
    assert "UTF-8" in check(latin).stderr


def test_plain_http_to_another_host_is_warned_of(directory: pathlib.Path) -> None:
    path = directory / "llmgw.toml"
    path.write_text(GOOD.replace("https://api", "http://api"))
    result = check(path)
    assert result.returncode == 0 and "warning" in result.stderr and "unencrypted" in result.stderr
