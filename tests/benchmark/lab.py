"""What every part of the benchmark needs: simulators of a given size, a module's run, a child that is measured."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / ".cache" / "benchmark"
BIN = Path(sys.executable).parent
PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
#: Nobody's own clouds or Ansible settings may take part.
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_")
#: A child that hangs must not hang the benchmark.
CHILD_SECONDS = 300


class BenchmarkError(Exception):
    """What was to be measured did not do what it should, so its figures would mean nothing."""


@dataclass(frozen=True)
class Lab:
    """What a run of the benchmark is like: the full one, or a quick one for those who change the code."""

    quick: bool
    repetitions: int


@dataclass(frozen=True)
class Child:
    """A process that ended well: wall time and processor time in seconds, peak memory in MiB, what it printed."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    output: str


def say(text: str) -> None:
    """Progress; the tables alone are on stdout."""
    print(text, file=sys.stderr, flush=True)


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.update(
        ANSIBLE_HOME=str(WORK / "ansible"),
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
        **more,
    )
    return kept


@contextmanager
def clouds(count: int | None, platforms: Sequence[str] = PLATFORMS) -> Iterator[dict[str, Any]]:
    """A simulator with `count` servers on each of the platforms (None: the default fleet); yields its ready file."""
    arguments = ["--quiet"]
    if count is not None:
        fleets = {name: {"generate": {"count": count, "name": "web-%05d"}} for name in platforms}
        WORK.mkdir(parents=True, exist_ok=True)
        config = WORK / "simulator.yml"
        config.write_text(json.dumps({"platforms": fleets}))
        arguments += ["--config", str(config)]
    with simulator.running(WORK, *arguments) as ready:
        yield ready


def control(ready: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
    return simulator.control(ready, method, path, body)


def requests_made(ready: dict[str, Any]) -> list[dict[str, Any]]:
    """The simulator's request log since it was last asked here, which forgets it."""
    found = list(simulator.control(ready, "GET", "/requests")["requests"])
    simulator.control(ready, "DELETE", "/requests")
    return found


def power(connection: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """A server_power task as its module runs it, without Ansible's own start. Raises BenchmarkError where it fails."""
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    from ansible_collections.cloudserver.compute.plugins.module_utils.runner import module as frame
    from ansible_collections.cloudserver.compute.plugins.modules import server_power

    validation = ArgumentSpecValidator(**server_power.MODULE.rules()).validate({**connection, **options})
    if validation.error_messages:
        raise BenchmarkError("server_power takes other options: %s" % "; ".join(validation.error_messages))
    named = (connection["auth"].get(name) for name in ("password", "secret_key"))
    secrets = frozenset(text for text in named if text)
    context = frame.Context(
        validation.validated_parameters, False, lambda words: None, lambda words: None, no_log_values=secrets
    )
    result = frame.execute(server_power.run, context, False)
    if result.get("failed"):
        raise BenchmarkError("server_power failed on %s: %s" % (connection["platform"], result["msg"]))
    return result


def measure(command: Sequence[str], at_most: float = CHILD_SECONDS, **variables: str) -> Child:
    """Run a command and measure it. Raises BenchmarkError where it fails or takes over ``at_most`` seconds."""
    report = WORK / "measured.json"
    report.unlink(missing_ok=True)
    words = [sys.executable, str(HERE / "measured.py"), str(report), *command]
    process = subprocess.Popen(
        words,
        env=environment(**variables),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _errors = process.communicate(timeout=at_most)
    except BaseException as error:
        # The launcher passes the signal on to what it measures.
        process.terminate()
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise BenchmarkError("%s did not end within %d s" % (Path(command[0]).name, at_most)) from None
        raise
    found = json.loads(report.read_text()) if report.exists() else {"status": process.returncode}
    if found["status"]:
        name = " ".join(Path(word).name for word in command[:2])
        raise BenchmarkError("%s ended with status %s:\n%s" % (name, found["status"], output[-2000:]))
    return Child(found["seconds"], found["cpu_seconds"], found["peak_kib"] / 1024, output)
