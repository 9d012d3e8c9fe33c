"""The documented way to build an execution environment: every file that its build context names is in it.

An image itself needs a container engine and the network, and is not built here.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "docs" / "awx" / "execution-environment.yml"
PAGE = (ROOT / "docs" / "docsite" / "rst" / "awx.rst").read_text()
BUILDER = Path(sys.executable).parent / "ansible-builder"
COPIES = re.compile(r"^(?:COPY|ADD)\s+(.*)$", re.MULTILINE)


def documented_command() -> list[str]:
    (line,) = re.findall(r"^   \$ (ansible-builder create .*)$", PAGE, re.MULTILINE)
    return shlex.split(line)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build context that the documented command makes, of an artifact of the documented name."""
    folder = tmp_path_factory.mktemp("ee")
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    (folder / "{namespace}-{name}-{version}.tar.gz".format(**galaxy)).write_bytes(b"the artifact")
    (folder / DEFINITION.name).write_text(DEFINITION.read_text())
    program, *arguments = documented_command()
    command = [str(BUILDER.with_name(program)), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "context"


def test_the_page_shows_the_file() -> None:
    block = PAGE.split("# execution-environment.yml\n", 1)[1].split("\n\n``make dist``", 1)[0]
    assert yaml.safe_load(block) == yaml.safe_load(DEFINITION.read_text())


def test_each_source_of_the_build_exists(context: Path) -> None:
    copied = [shlex.split(line) for line in COPIES.findall((context / "Containerfile").read_text())]
    sources = [word for words in copied if not words[0].startswith("--from") for word in words[:-1]]
    assert sources and not [source for source in sources if not list(context.glob(source))]


def test_the_collections_artifact_is_where_it_is_installed_from(context: Path) -> None:
    needed = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    names = [row["name"] for row in needed if row["type"] == "file"]
    assert names and all((context / "_build" / name).read_bytes() == b"the artifact" for name in names)


def test_what_builder_reads_of_the_installed_collection_exists() -> None:
    reported = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())
    assert all((ROOT / name).is_file() for name in reported["dependencies"].values())
