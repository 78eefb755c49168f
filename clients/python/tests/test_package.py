"""The package as others get it: a wheel in an environment of its own, with its types, and with protobuf as its only dependency."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tomllib
import venv
import zipfile

import llmgw
import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(PACKAGE)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return next(out.glob("llmgw-*.whl"))


def test_versions_agree() -> None:
    with (PACKAGE / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["version"] == llmgw.__version__
    assert [requirement.split(">")[0] for requirement in project["dependencies"]] == ["protobuf"]


def test_wheel_is_complete(wheel: pathlib.Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        str(path.relative_to(PACKAGE / "src")) for path in (PACKAGE / "src").rglob("*")
        if path.suffix in (".py", ".pyi", ".typed") and "egg-info" not in str(path)
    }
    assert {name for name in packed if ".dist-info/" not in name} == expected
    assert "llmgw/py.typed" in packed and "llmgw/v1/gateway_pb2.pyi" in packed


@pytest.mark.timeout(180)
def test_wheel_installs_and_imports(wheel: pathlib.Path, tmp_path: pathlib.Path) -> None:
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True, timeout=120)
    program = "import llmgw; print(llmgw.__version__, len(llmgw.__all__)); llmgw.Client('/nowhere').close()"
    result = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert result.stdout.split() == [llmgw.__version__, str(len(llmgw.__all__))]
    assert (tmp_path / "clean" / "bin" / "llmgw-chat").exists()


def test_public_names_exist() -> None:
    assert all(hasattr(llmgw, name) for name in llmgw.__all__) and len(set(llmgw.__all__)) == len(llmgw.__all__)
