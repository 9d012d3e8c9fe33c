"""Time and memory of results of 10,000 servers, of a wait for 2,500, and of an inventory of 200 regions."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure
from inventory_time import inner, source
from lab import BIN, HERE, PLATFORMS, WORK, BenchmarkError, Child, Lab, clouds, control, measure, requests_made, say
from lab import simulator as simulators

TITLE = "Large results and many clouds"
MEASURED = ("openstack", "huaweicloud")
INFO = "cloudserver.compute.server_info"
POWER = "cloudserver.compute.server_power"
#: A region has so many servers.
CLOUDS, REGIONS, OF_REGION = 20, 10, 10
#: Seconds of each request, so that a cloud is not as near as loopback.
AWAY = 1.0
RESULT_NOTE = (
    "A play of one task. `Ansible's part`: the same result from a file, by an action that does nothing else. `own` is"
    " the difference in s; `MiB` is the peak of all processes, `result, MiB` the result as JSON."
)
CACHE_NOTE = "`ansible-inventory --list` of a file with `cache: true`, without a cache of before and with it."
WAIT_NOTE = "A play of one task that stops all servers and waits for it; each takes 5 s to stop."
CLOUDS_NOTE = (
    "The inventory of %d sources, %d clouds with %d regions, in which each request takes %g s, against that of one of"
    " these sources. Three requests are one after the other: the token, the versions and the list."
    % (CLOUDS * REGIONS, CLOUDS, REGIONS, AWAY)
)


def play(name: str, task: dict[str, Any]) -> Child:
    """A play with this one task, in the worker."""
    path = WORK / ("large-%s.json" % name)
    variables = {"ansible_python_interpreter": sys.executable}
    head = {"name": "Benchmark", "hosts": "localhost", "connection": "local", "gather_facts": False}
    path.write_text(json.dumps([{**head, "vars": variables, "tasks": [{"name": "Measure", **task}]}]))
    path.chmod(0o600)
    command = [str(BIN / "ansible-playbook"), "-i", "localhost,", str(path)]
    return measure(command, ANSIBLE_ACTION_PLUGINS=str(HERE / "action_plugins"))


def records(connection: Mapping[str, Any], servers: int, options: Mapping[str, Any]) -> str:
    """The result of server_info as JSON, without Ansible."""
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    from ansible_collections.cloudserver.compute.plugins.module_utils.runner import module as frame
    from ansible_collections.cloudserver.compute.plugins.modules import server_info

    given = ArgumentSpecValidator(**server_info.MODULE.rules()).validate({**connection, "all": True, **options})
    context = frame.Context(given.validated_parameters, False, lambda words: None, lambda words: None)
    result = frame.execute(server_info.run, context, False)
    if len(result.get("servers", ())) != servers:
        raise BenchmarkError("server_info returned %s" % str(result)[:500])
    return json.dumps(result)


def results(ready: dict[str, Any], servers: int, repetitions: int) -> Iterator[Figure]:
    for platform in MEASURED:
        connection = ready["platforms"][platform]
        for title, options in (("all fields", {}), ("id and name", {"fields": ["id", "name"]})):
            say("large: server_info on %s, %s" % (platform, title))
            text = records(connection, servers, options)
            path = WORK / "large-result.json"
            path.write_text(text)
            found: dict[str, list[float]] = {}
            for _unused in range(repetitions):
                whole = play("info", {INFO: {**connection, "all": True, **options}})
                echo = play("echo", {"benchmark_echo": {"path": str(path)}})
                values = {
                    "whole, s": whole.seconds,
                    "Ansible's part, s": echo.seconds,
                    "own, s": whole.seconds - echo.seconds,
                    "whole, MiB": whole.peak_mib,
                    "Ansible's part, MiB": echo.peak_mib,
                }
                for name, value in values.items():
                    found.setdefault(name, []).append(value)
            measured = {name: median(values) for name, values in found.items()}
            measured["result, MiB"] = len(text) / 2**20
            yield Figure("large", "%s, %d servers, %s" % (platform, servers, title), measured, {}, RESULT_NOTE)


def cached(ready: dict[str, Any], servers: int) -> Iterator[Figure]:
    for platform in MEASURED:
        say("large: the inventory's cache, %s" % platform)
        folder = WORK / "inventory_cache"
        shutil.rmtree(folder, ignore_errors=True)
        path = source(ready, platform)
        options = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder)}
        path.write_text(json.dumps({**json.loads(path.read_text()), **options}))
        command = [str(BIN / "ansible-inventory"), "-i", str(path), "--list", "--output", os.devnull]
        requests_made(ready)
        fills, filled = measure(command), len(requests_made(ready))
        reads, read = measure(command), len(requests_made(ready))
        if not filled or read:
            raise BenchmarkError("the cache took %d requests to fill and %d to read" % (filled, read))
        measured = {"fill, s": fills.seconds, "read, s": reads.seconds, "fill, MiB": fills.peak_mib}
        measured["read, MiB"] = reads.peak_mib
        yield Figure("large", "%s, %d servers, cache" % (platform, servers), measured, {}, CACHE_NOTE)


def waits(servers: int) -> Iterator[Figure]:
    with clouds(servers) as ready:
        control(ready, "PUT", "/delays", dict.fromkeys(("stop", "shutdown"), 5.0))
        for platform in PLATFORMS:
            say("large: %d servers stop on %s" % (servers, platform))
            requests_made(ready)
            options = {**ready["platforms"][platform], "all": True, "state": "stopped", "max_targets": servers}
            done = play("wait", {POWER: options})
            made = [row["name"] for row in requests_made(ready)]
            listings = sum(name.startswith("list servers") for name in made)
            measured = {"s": done.seconds, "MiB": done.peak_mib, "requests": len(made), "listings": listings}
            yield Figure("large", "%s, %d servers stop" % (platform, servers), measured, {}, WAIT_NOTE)


def many_clouds(repetitions: int) -> Iterator[Figure]:
    say("large: %d sources" % (CLOUDS * REGIONS))
    regions = ["Region%02d" % number for number in range(REGIONS)]
    config = WORK / "regions.yml"
    groups = [{"count": OF_REGION, "name": region + "-%03d", "region": region} for region in regions]
    config.write_text(json.dumps({"platforms": {"openstack": {"regions": regions, "generate": groups}}}))
    # Every address of the loopback network is a cloud of its own to the plugin.
    with simulators.running(WORK, "--quiet", "--config", str(config), "--host", "0.0.0.0") as ready:
        options = {**ready["platforms"]["openstack"], "allow_plain_http": True}
        port = options["auth"]["auth_url"].split(":")[2].split("/")[0]
        base = options["auth"]["auth_url"].split(port)[1]

        def sources(clouds: int, regions: Sequence[str]) -> Path:
            listed = []
            for cloud in range(1, clouds + 1):
                auth = {**options["auth"], "auth_url": "http://127.0.0.%d:%s%s" % (cloud, port, base)}
                listed += [
                    {**options, "name": "%s of %d" % (region, cloud), "region": region, "auth": auth}
                    for region in regions
                ]
            path = WORK / ("%d-sources.cloudserver.yml" % len(listed))
            path.write_text(json.dumps({"plugin": "cloudserver.compute.cloudserver", "sources": listed}))
            path.chmod(0o600)
            return path

        one, many = sources(1, regions[:1]), sources(CLOUDS, regions)
        # Once before it counts: the first request makes the simulator prepare its answers.
        inner("parse.py", OF_REGION * CLOUDS * REGIONS, many)
        control(ready, "POST", "/faults", {"platform": "openstack", "times": None, "do": {"latency": AWAY}})
        singles = [inner("parse.py", OF_REGION, one)[1] for _unused in range(repetitions)]
        whole = [inner("parse.py", OF_REGION * CLOUDS * REGIONS, many)[1] for _unused in range(repetitions)]
    measured = {"one, s": median(singles), "all, s": median(whole), "ratio": median(whole) / median(singles)}
    yield Figure("large", "%d sources" % (CLOUDS * REGIONS), measured, {}, CLOUDS_NOTE)


def run(lab: Lab) -> Sequence[Figure]:
    servers, repetitions = (1000, 1) if lab.quick else (10_000, 3)
    found: list[Figure] = []
    with clouds(servers, MEASURED) as ready:
        found += [*results(ready, servers, repetitions), *cached(ready, servers)]
    found += waits(250 if lab.quick else 2500)
    found += many_clouds(repetitions)
    return found
