"""`make install` into a folder: what it puts there, and how the programs are linked."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
from collections.abc import Iterator

import pytest
from conftest import ROOT

PREFIX = "usr/local"
PROGRAMS = ["bin/llmgw-ctl", "bin/llmgwd"]
#: Beside the manual pages.
FILES = {
    *PROGRAMS,
    "include/llmgw/llmgw.h",
    "lib/libllmgw.a", "lib/libllmgw.so", "lib/libllmgw.so.0", "lib/pkgconfig/llmgw.pc",
    "lib/systemd/system/llmgw-admin.socket", "lib/systemd/system/llmgw.service", "lib/systemd/system/llmgw.socket",
    "lib/systemd/user/llmgw.service", "lib/systemd/user/llmgw.socket",
    "lib/sysusers.d/llmgw.conf", "lib/tmpfiles.d/llmgw.conf",
    "share/bash-completion/completions/llmgw-ctl", "share/fish/vendor_completions.d/llmgw-ctl.fish",
    "share/zsh/vendor-completions/_llmgw-ctl",
    "share/doc/llmgw/examples/llmgw.toml", "share/doc/llmgw/examples/local-only.conf", "share/doc/llmgw/examples/see-callers.conf",
    "share/doc/llmgw/examples/observability/README.md", "share/doc/llmgw/examples/observability/alerts.yml",
    "share/doc/llmgw/examples/observability/grafana-dashboard.json", "share/doc/llmgw/examples/observability/prometheus.yml",
}
#: What Debian has for whoever runs a program; no Swift.
LIBRARIES = {
    "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
    "libcurl.so.4", "libjansson.so.4", "libprotobuf-c.so.1", "libsqlite3.so.0", "libcrypto.so.3", "libsimdjson.so.14",
}

pytestmark = pytest.mark.timeout(2400)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pathlib.Path]:
    destination = tmp_path_factory.mktemp("安装")
    subprocess.run(["make", "--no-print-directory", "install", f"DESTDIR={destination}"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    yield destination


@pytest.fixture(scope="module")
def version() -> str:
    found = re.search(r'current = "(.+)"', (ROOT / "Sources/LLMGWCore/Version.swift").read_text())
    assert found
    return found[1]


def dynamic(path: pathlib.Path) -> str:
    return subprocess.run(["readelf", "--wide", "--dynamic", "--program-headers", path], capture_output=True, text=True, check=True).stdout


def test_these_files_and_no_others(root: pathlib.Path, version: str) -> None:
    found = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}
    pages = {f"share/man/man{page.suffix[1:]}/{page.name}" for folder in ("docs/man", "clients/c/man") for page in (ROOT / folder).glob("*.[1-8]")}
    assert found == {f"{PREFIX}/{name}" for name in FILES | pages | {f"lib/libllmgw.so.{version}"}}


def test_nobody_else_may_change_them(root: pathlib.Path) -> None:
    for path in (root / PREFIX).rglob("*"):
        mode = path.lstat().st_mode & 0o7777
        if not path.is_symlink():
            assert mode in ((0o755,) if path.is_dir() or path.parent.name == "bin" or ".so" in path.suffixes else (0o644,)), f"{path}: {mode:o}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_are_linked_for_any_host(root: pathlib.Path, program: str) -> None:
    """Swift's runtime inside, everything bound at the start and read-only then, no folder of the build to look for libraries in."""
    text = dynamic(root / PREFIX / program)
    assert re.search(r"\(FLAGS\) .*BIND_NOW", text) and re.search(r"\(FLAGS_1\) .*NOW.*PIE", text)
    assert "GNU_RELRO" in text and re.search(r"GNU_STACK .* RW +0x", text)
    assert "RUNPATH" not in text and "RPATH" not in text
    assert set(re.findall(r"\(NEEDED\).*\[(.+)\]", text)) <= LIBRARIES
    sections = subprocess.run(["readelf", "--wide", "--sections", root / PREFIX / program], capture_output=True, text=True, check=True).stdout
    assert ".symtab" not in sections and ".debug_info" not in sections


def test_the_library_is_linked_as_the_programs_are(root: pathlib.Path) -> None:
    text = dynamic(root / PREFIX / "lib/libllmgw.so")
    assert "[libllmgw.so.0]" in text and re.search(r"\(FLAGS_1\) .*NOW", text) and "GNU_RELRO" in text and "RUNPATH" not in text


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_start(root: pathlib.Path, version: str, program: str) -> None:
    result = subprocess.run([root / PREFIX / program, "--version"], capture_output=True, text=True, check=True, env={"PATH": "/nonexistent"})
    assert result.stdout.strip() == version


def test_what_names_a_place_names_the_prefix(root: pathlib.Path) -> None:
    """And not the folder that it was put into, or the prefix of an earlier build."""
    place = root / PREFIX
    for unit in ("system", "user"):
        assert f"ExecStart=/{PREFIX}/bin/llmgwd " in (place / f"lib/systemd/{unit}/llmgw.service").read_text()
    told = (place / "lib/pkgconfig/llmgw.pc").read_text()
    assert f"prefix=/{PREFIX}\n" in told and not re.search(r"@\w+@", told), told
    environment = {**os.environ, "PKG_CONFIG_PATH": str(place / "lib/pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": str(root)}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "llmgw"], capture_output=True, check=True, env=environment).stdout
    # Each byte of a name that is not ASCII comes with a backslash.
    assert os.fsencode(place / "include") in flags.replace(b"\\", b"") and b"-lllmgw" in flags
    for path in place.rglob("*"):
        if path.is_file():
            assert os.fsencode(root) not in path.read_bytes(), f"{path} names the folder of the installation"
