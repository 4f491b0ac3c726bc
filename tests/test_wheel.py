"""What is installed is the whole package: its modules, the schemas and the typing mark."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from superalgos_rsa.documents import schema

ROOT = Path(__file__).parents[1]


def test_a_wheel_carries_the_schemas_and_the_typing_mark_and_finds_them(tmp_path: Path) -> None:
    source, installed = tmp_path / "source", tmp_path / "installed"
    source.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    for name in ("superalgos_rsa", "schemas"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "-w", str(tmp_path)]
    if _has_setuptools():  # else pip fetches the build system
        build.append("--no-build-isolation")
    built = subprocess.run(build, cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
        inside = set(archive.namelist())
    assert "superalgos_rsa/py.typed" in inside
    assert {f"superalgos_rsa/documents/schemas/{name}.schema.json" for name in schema.names()} <= inside
    modules = {path.relative_to(source).as_posix() for path in (source / "superalgos_rsa").rglob("*.py")}
    # In a wheel the schemas themselves make the folder that this one stands for.
    assert modules - {"superalgos_rsa/documents/schemas/__init__.py"} <= inside, "setup.cfg finds no such package"
    texts = "[schema.text(name) for name in schema.names()]"
    script = f"from superalgos_rsa.documents import schema; print(schema.__file__); {texts}"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == str(installed / "superalgos_rsa/documents/schema.py")


def _has_setuptools() -> bool:
    try:
        return int(version("setuptools").split(".")[0]) >= 77
    except PackageNotFoundError:
        return False
