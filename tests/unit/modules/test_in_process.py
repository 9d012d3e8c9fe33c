# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to run a module: which one is taken, and that both give the same result.

Here both ways run in this process; the integration target test_in_process runs both for real.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, action, run_action

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.plugin_utils import in_process

testing = pytest.importorskip("ansible.module_utils.testing", reason="ansible-core below 2.19 has no such helper")


def run_shipped(
    module: str, arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch, check: bool = False, diff: bool = False
) -> dict[str, Any]:
    """The result of the module's main(), as its own process prints it."""
    plugin = import_module("ansible_collections.cloudserver.compute.plugins.modules." + module)
    printed = io.StringIO()
    given = {
        **arguments,
        "_ansible_check_mode": check,
        "_ansible_diff": diff,
        "_ansible_module_name": "cloudserver.compute." + module,
    }
    with monkeypatch.context() as patch, testing.patch_module_args(given):
        patch.setattr(sys, "stdout", printed)
        with pytest.raises(SystemExit):
            plugin.main()
    return dict(json.loads(printed.getvalue().strip().splitlines()[-1]))


def comparable(result: dict[str, Any]) -> dict[str, Any]:
    """The result without the ids that the cloud creates for each request."""
    text = json.dumps({key: value for key, value in result.items() if key != "invocation"}, sort_keys=True)
    found = json.loads(text)
    for each in found.get("outcomes", []):
        each.pop("request_id", None)
    for each in found.get("servers", []):
        each.pop("updated", None)
    for each in found.get("handle", {}).get("pending_actions", []):
        each.pop("request_id", None)
        each.pop("job_id", None)
    if "error" in found:
        request_id = found["error"].pop("request_id", "none")
        found["msg"] = found["msg"].replace(request_id, "ID")
        found["error"]["message"] = found["error"]["message"].replace(request_id, "ID")
    return dict(found)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("server_info", {"tags": ["role=web"]}),
    ("server_info", {"names": "web-01,web-02", "raw": "yes", "page_size": "10"}),
    ("server_info", {"names": ["web-99"], "fields": ["name"]}),
    ("server_info", {}),
    ("server_info", {"all": True, "colour": "red"}),
    ("server_info", {"all": True, "platform": "azure"}),
    ("server_info", {"all": True, "auth": {"user": "x"}}),
    ("server_info", {"all": True, "auth": {}}),
    ("server_info", {"all": True, "endpoint": "http://127.0.0.1:1/v2.1"}),
    ("server_info", {"names": ["twin"]}),
    ("server_power", {"names": ["web-01", "batch-01", "broken-01", "vault-01"], "state": "stopped"}),
    ("server_power", {"names": ["web-01"], "state": "stopped", "wait": "no"}),
    ("server_power", {"names": ["web-01"]}),
    ("server_power", {"names": ["web-01"], "state": "restarted", "force": "true"}),
    ("job_info", {}),
    ("job_info", {"handle": {}, "job_ids": ["1"]}),
    ("job_info", {"handle": {"version": 1}}),
]


@pytest.mark.parametrize(
    "module, options, check",
    [(*call, False) for call in CALLS] + [(*call, True) for call in CALLS if call[0] == "server_power"],
    ids=str,
)
def test_both_ways_give_the_same_result(
    bench: Bench, module: str, options: dict[str, Any], check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {"api_retries": 0, **bench.options, **options}
    here = run_action(module, arguments, check=check, diff=True)
    bench.restart()
    existing = run_shipped(module, arguments, monkeypatch, check=check, diff=True)
    assert comparable(here) == comparable(existing)
    if here.get("failed") is not True or "invocation" in existing:
        assert here["invocation"] == existing["invocation"]


def test_the_invocation_hides_what_is_secret_and_shows_the_rest(bench: Bench) -> None:
    shown = bench.call("server_info", names=["web-01"])["invocation"]["module_args"]
    hidden = {"password", "secret_key"} & set(bench.options["auth"])
    assert hidden and {shown["auth"][leaf] for leaf in hidden} == {"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
    assert shown["names"] == ["web-01"] and shown["auth"]["auth_url"] == bench.options["auth"]["auth_url"]
    assert shown["page_size"] == 1000


@pytest.mark.parametrize(
    "options",
    [
        {"pasword": "T0p-s3cret"},
        {"auth": {"passwrod": "T0p-s3cret"}},
        {"auth": "T0p-s3cret"},
        {"auth_password": "T0p-s3cret"},
    ],
    ids=str,
)
@pytest.mark.parametrize("module", ["server_info", "server_password"])
def test_a_secret_of_a_misspelt_option_is_hidden(
    bench: Bench, module: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {**bench.options, "all": True, **options}
    for result in (run_action(module, arguments), run_shipped(module, arguments, monkeypatch)):
        assert result["failed"] and "T0p-s3cret" not in json.dumps(result), result
        assert result["invocation"]["module_args"]["platform"] == bench.platform


def test_a_secret_that_the_cloud_repeats_is_hidden(bench: Bench) -> None:
    secret = bench.secrets(bench.options)[0]
    server = bench.id_of("web-01")
    bench.change("web-01", name="named " + secret, metadata={"note": secret})
    result = run_action("server_info", {**bench.options, "ids": [server]})
    (record,) = result["servers"]
    assert record["id"] == server and record["name"].startswith("named ***") and secret not in json.dumps(result)


def test_plain_http_to_another_host_warns(bench: Bench) -> None:
    options = {"endpoint": "http://cloud.invalid/v2.1", "api_retries": 0}
    result = run_action("server_info", {**bench.options, **options, "all": True})
    (warning,) = result["warnings"]
    assert "endpoint is http://cloud.invalid/v2.1" in warning and "use https" in warning
    assert result["failed"] and "cloud.invalid" in result["msg"]


def test_a_mistake_of_ours_is_a_failure_with_its_traceback(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("ansible_collections.cloudserver.compute.plugins.modules.server_info")
    secret = bench.secrets(bench.options)[0]

    def broken(context: Any) -> Any:
        assert context.cloud
        raise RuntimeError("oh no, " + secret)

    monkeypatch.setattr(module, "run", broken)
    result = run_action("server_info", {**bench.options, "all": True})
    assert result["failed"] and "please report it" in result["msg"] and "RuntimeError" in result["exception"]
    assert secret not in json.dumps(result)


# -- which way --------------------------------------------------------------------------------------------------------

NOBODY = {"platform": "openstack"}


def way(**task: Any) -> str:
    """`here` or `shipped`, by what was called."""
    variables = task.pop("variables", None)
    shipped: list[dict[str, Any]] = []

    def execute(**arguments: Any) -> dict[str, Any]:
        shipped.append(arguments)
        return {"shipped": True}

    result = action("server_info", dict(NOBODY), shipped=execute, **task).run(task_vars=variables)
    if shipped:
        assert result == {"shipped": True}
        assert shipped[0]["wrap_async"] is bool(task.get("async_val"))
        return "shipped"
    assert "no option selects servers" in result["msg"]
    return "here"


@pytest.mark.parametrize(
    "task, expected",
    [
        ({}, "here"),
        ({"environment": []}, "here"),
        ({"environment": [{}]}, "here"),
        ({"variables": {"cloudserver_in_process": True}}, "here"),
        ({"variables": {"cloudserver_in_process": "yes"}}, "here"),
        ({"variables": {"cloudserver_in_process": False}}, "shipped"),
        ({"variables": {"cloudserver_in_process": "no"}}, "shipped"),
        ({"transport": "ssh"}, "shipped"),
        ({"become": "a become plugin"}, "shipped"),
        ({"async_val": 60}, "shipped"),
        ({"environment": [{"OS_CLOUD": "lab"}]}, "shipped"),
    ],
    ids=str,
)
def test_the_way_is_chosen_by_the_task(task: dict[str, Any], expected: str) -> None:
    assert way(**task) == expected


def test_without_requests_on_the_controller_the_module_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "HAS_REQUESTS", False)
    assert way() == "shipped"


def test_without_requests_on_the_target_the_module_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "HAS_REQUESTS", False)
    result = run_shipped("server_info", {**bench.options, "all": True}, monkeypatch)
    assert result["failed"] and "requests" in result["msg"] and "install" in result["msg"].lower()


def test_without_jmespath_only_query_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = import_module("ansible_collections.cloudserver.compute.plugins.module_utils.runner.module")
    monkeypatch.setattr(frame, "_has_jmespath", lambda: False)
    assert bench.call("server_info", names=["web-01"])["servers"]
    result = bench.call("server_info", query="[*]")
    assert result["failed"] and "jmespath" in result["msg"] and "query" in result["msg"]
    assert len(bench.requests("list")) == 1


def test_the_controller_imports_everything_before_it_forks() -> None:
    """What is imported in a worker is imported once a task."""
    program = (
        "import sys\n"
        "from ansible_collections.cloudserver.compute.plugins.plugin_utils import in_process\n"
        "print('\\n'.join(name for name in sys.modules if '.module_utils.' in name))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    folder = Path(in_process.__file__).parents[1] / "module_utils" / "cloud" / "platforms"
    names = {path.relative_to(folder).with_suffix("").as_posix().replace("/", ".") for path in folder.rglob("*.py")}
    wanted = {name for name in names if not name.endswith("__init__")}
    assert len(wanted) > 30
    assert not wanted - {line.partition(".cloud.platforms.")[2] for line in run.stdout.split()}
    common = (
        "cloud.auth.keystone cloud.auth.access_key cloud.config.clouds_yaml execution.handle execution.selection"
        " execution.waiter runner.outcomes"
    )
    assert not set(common.split()) - {line.partition(".module_utils.")[2] for line in run.stdout.split()}
