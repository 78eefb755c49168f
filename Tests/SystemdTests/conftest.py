"""One container for all tests, which run in their order: from the first call to the removal of the packages."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import pytest
from machine import Machine, Unavailable, base_tree

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = pathlib.Path(os.environ.get("LLMGW_PACKAGES") or ROOT / "dist")
INSIDE = pathlib.Path(__file__).parent / "container"
KEY = "sk-container-0123456789"
ENCRYPTED_KEY = "sk-verschluesselt-9876543210"

CONFIGURATION = """\
[server]
admin_groups = ["llmgw-admin"]
[providers.plain]
base_url = "http://127.0.0.1:8080/v1"
key_credential = "key_plain"
[providers.sealed]
base_url = "http://127.0.0.1:8080/v1"
key_credential = "key_sealed"
[models.plain]
provider = "plain"
[models.sealed]
provider = "sealed"
[defaults]
model = "plain"
"""


def packages() -> list[pathlib.Path]:
    found = sorted(PACKAGES.glob("*.deb"))
    if len(found) < 4:
        raise FileNotFoundError(f"the packages are not in {PACKAGES}: make deb")
    return found


def later_version(folder: pathlib.Path) -> pathlib.Path:
    """The daemon's package again, under the next version."""
    package = next(path for path in packages() if path.name.startswith("llmgw_"))
    tree = folder / "later"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 9:"))
    later = folder / "llmgw_later.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, later], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return later


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="llmgw-systemd-") as folder:
        try:
            base = base_tree(ROOT / ".build-systemd")
        except Unavailable as error:
            pytest.skip(str(error))
        place = pathlib.Path(folder)
        tree = place / "tree"
        subprocess.run(["cp", "-a", "--reflink=auto", base, tree], check=True)
        machine = Machine(tree)
        inside = tree / "opt/llmgw-test"
        inside.mkdir(parents=True)
        for path in [*packages(), *INSIDE.glob("*.py"), later_version(place)]:
            shutil.copy(path, inside)
        install(machine)
        try:
            machine.boot()
        except Unavailable as error:
            pytest.skip(str(error))
        try:
            yield machine
        finally:
            machine.stop()


def install(machine: Machine) -> None:
    # Not the one for developers: what it depends on is a compiler's.
    names = [f"/opt/llmgw-test/{path.name}" for path in packages() if not path.name.startswith("libllmgw-dev_")]
    machine.chroot("dpkg", "--install", *names)
    etc = machine.tree / "etc"
    (etc / "llmgw/llmgw.toml").write_text(CONFIGURATION)
    (etc / "llmgw/credentials").mkdir(exist_ok=True)
    key = etc / "llmgw/credentials/plain"
    key.write_text(KEY)
    key.chmod(0o600)
    machine.chroot("sh", "-c", "systemd-creds setup && printf %s '" + ENCRYPTED_KEY
                   + "' | systemd-creds encrypt --with-key=host --name=key_sealed - /etc/llmgw/sealed.cred")
    dropin = etc / "systemd/system/llmgw.service.d/test.conf"
    dropin.parent.mkdir()
    dropin.write_text("[Service]\nLoadCredentialEncrypted=key_sealed:/etc/llmgw/sealed.cred\nWatchdogSec=4\n")
    (etc / "systemd/system/upstream.service").write_text(
        "[Service]\nExecStart=/usr/bin/python3 /opt/llmgw-test/upstream.py\n[Install]\nWantedBy=multi-user.target\n")
    machine.chroot("systemctl", "enable", "upstream.service")
    for user, groups in {"alice": "llmgw", "bob": "llmgw", "carol": "", "dora": "llmgw,llmgw-admin"}.items():
        machine.chroot("useradd", "--create-home", "--groups", groups, user)
