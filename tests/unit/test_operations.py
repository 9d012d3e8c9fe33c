"""Every operation of the documents has its row, its module with these options, and its place on the page.

And the report says what was driven by whom, and fails where something was not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.connect import _platform
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Capability
from ansible_collections.cloudserver.compute.tests.integration import record, report
from ansible_collections.cloudserver.compute.tools import operation_pages, operations

ROOT = Path(__file__).resolve().parents[2]

OPERATIONS = operations.load()
PAIRS = sorted({(module, row.id) for row in OPERATIONS for module in row.modules if module != operations.INVENTORY})
#: A word that a module asks of the platform: cloud.require("x"), cloud.supports("x").
ASKED = re.compile(r"""\.(?:require|supports)\(\s*"(\w+)"\s*\)""")


# -- the data --------------------------------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_documents() -> None:
    counts = {platform: sum(row.platform == platform for row in OPERATIONS) for platform in operations.HEADING}
    assert counts == {"huaweicloud": 11, "easystack": 59, "ustack": 28}
    assert [row.id for row in OPERATIONS] == [
        f"{letter}{number:02}" for letter, most in (("H", 11), ("E", 59), ("U", 28)) for number in range(1, most + 1)
    ]
    for platform in operations.HEADING:
        for row in operations.read()[platform]:
            assert row["method"] in ("GET", "POST", "PUT", "DELETE", "*")
            assert row["id"] == "H11" or all(200 <= status < 300 for status in row["ok"])


def test_only_what_every_module_does_has_no_module() -> None:
    assert [row.id for row in OPERATIONS if not row.modules] == ["H10", "H11", "E59"]


@pytest.mark.parametrize("module", sorted({module for module, _row in PAIRS}))
def test_the_modules_exist(module: str) -> None:
    assert (operations.MODULES / f"{module}.py").is_file()
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]["compute"]
    assert module in group and (ROOT / "plugins" / "action" / f"{module}.py").is_file()


def test_every_word_that_a_module_asks_for_is_one_that_some_platform_has() -> None:
    had = {word for name in PLATFORMS for word in _platform(name).rules_class.capabilities}
    asked: dict[str, Path] = {}
    for path in sorted((ROOT / "plugins" / "modules").glob("*.py")):
        asked.update((word, path) for word in ASKED.findall(path.read_text()))
    assert {"server_groups", "console", "all_projects"} <= set(asked)
    for word, path in asked.items():
        assert word in had, f"{path.name} asks for {word}, which no platform has"
        assert Capability(word)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_platform_has_not_says_what_to_use_instead(platform: str) -> None:
    kind = _platform(platform).rules_class
    words = ("server_groups", "attach_keypairs", "detach_keypairs", "console", "console_types", "console_output")
    for word in words:
        assert word in kind.capabilities or kind.alternatives.get(word), (
            f"{platform} has no {word} and says nothing of it"
        )
        assert not (word in kind.capabilities and word in kind.alternatives), (
            f"{platform} has {word}, and names another"
        )


# -- the page --------------------------------------------------------------------------------------------------------


def test_the_page_is_what_the_data_makes() -> None:
    assert operation_pages.OPERATION_PAGE.read_text() == operation_pages.operation_page(OPERATIONS), (
        "run: make operations-page"
    )


def test_the_page_has_a_row_for_each_operation() -> None:
    text = operation_pages.operation_page(OPERATIONS)
    rows = re.findall(r"^   \* - ([HEU]\d\d): (.+)$", text, re.MULTILINE)
    assert rows == [(row.id, row.name) for row in OPERATIONS]
    assert "     - 1.4 云主机: 启动云主机\n" in text
    assert "     - `4.3 批量启动云主机 <https://support.huaweicloud.com/" in text
    assert ":ansopt:`cloudserver.compute.server_power#module:state=started`" in text
    assert "``POST /servers/{server_id}/action``, ``pause``" in text


# -- the report ------------------------------------------------------------------------------------------------------


def entry(operation: str | None, status: int | None = 200, fault: bool = False, auth: str = "token") -> dict[str, Any]:
    return {"operation": operation, "status": status, "fault": fault, "auth": auth}


def test_only_what_succeeded_was_driven() -> None:
    rows = [
        entry("E05", 202), entry("E05", 202), entry("E06", 409), entry("E07", None), entry("E08", 202, fault=True),
        entry(None), entry("H02", 200, auth="signature"), entry("H03", 401, auth="signature"),
    ]  # fmt: skip
    assert record.driven(rows) == {"E05": 2, "H02": 1, "H11": 1}


def test_the_parameters_of_requests_that_succeeded_are_recorded() -> None:
    body = {"server": {"name": "web", "networks": [{"uuid": "n"}, {"port": "p"}], "metadata": {}}}
    rows = [
        {**entry("E04", 202), "query": [], "headers": ["Host"], "body": body},
        {**entry("E04", 400), "query": [], "headers": [], "body": {"server": {"host": "node-1"}}},
        {**entry("E05", 202), "query": [], "headers": [], "body": {"os-start": None}},
        {**entry("H02", auth="signature"), "query": [["limit", "1"], ["tags", "a"]], "headers": ["X-Sdk-Date"],
         "body": None},
        {**entry(None), "query": [], "headers": [], "body": None},
    ]  # fmt: skip
    assert record.sent(rows) == {
        "E04": ["Host", "server.metadata", "server.name", "server.networks.port", "server.networks.uuid"],
        "E05": ["os-start"],
        "H02": ["X-Sdk-Date", "limit", "tags"],
        "H11": ["X-Sdk-Date", "limit", "tags"],
    }


def test_the_report_names_the_parameters_that_no_target_sent() -> None:
    reached = {name: ("name",) for name in ("name", "metadata", "flavor.id", "meta.IMAGE_UUID", "host")}
    reached["type"] = ("type",)
    parameters = operations.Parameters(
        reached,
        {"limit": "Always."},
        {"ip": "E02"},
        {"sort_key": "No."},
        sent_as={"type": "image_type", "host": "node"},
    )
    rows = [operations.Operation("E05", "easystack", "GET", "/servers", "", (), (), parameters)]
    sent = ["name", "metadata.role", "flavor", "meta.6f7e", "host", "image_type"]
    records = [
        {"platform": "easystack", "parameters": {"E05": sent, "E06": ["limit"]}},
        {"platform": "openstack", "parameters": {"E05": ["host"]}},
    ]
    assert report.unsent(rows, records) == {"E05": ["flavor.id", "host", "limit"]}
    assert "\n4 of 7 parameters of requests were sent by targets" in report.parameter_report(rows, records)


@pytest.fixture
def targets(tmp_path: Path) -> Path:
    for name, text in (("test_power", "cloudserver.compute.server_power:"), ("test_info", "x"), ("inventory", "x")):
        (tmp_path / name / "tasks").mkdir(parents=True)
        (tmp_path / name / "tasks" / "main.yml").write_text(text)
    (tmp_path / "test_info" / "tasks" / "main.yml").write_text("cloudserver.compute.server_power_info:\n")
    return tmp_path


def row(name: str, platform: str, *modules: str) -> operations.Operation:
    return operations.Operation(name, platform, "POST", "/servers/{server_id}/action", "os-start", modules, ())


def test_the_report_names_the_targets_and_what_was_not_driven(targets: Path) -> None:
    records = [
        {"target": "test_power", "platform": "easystack", "operations": {"E05": 1, "E59": 3}},
        {"target": "test_power", "platform": "openstack", "operations": {"E05": 1, "E06": 1}},
        {"target": "test_info", "platform": "easystack", "operations": {"E05": 1, "E07": 1}},
    ]
    rows = [
        row("E05", "easystack", "server_power"), row("E06", "easystack", "server_power"),
        row("E07", "easystack", "server_power"), row("E59", "easystack"), row("U08", "ustack", "server_power"),
    ]  # fmt: skip
    text, missing = report.report(rows, records, targets)
    lines = {line.split()[0]: line for line in text.splitlines() if line}
    assert missing == 3 and "2 of 5 operations were driven through modules" in text
    assert lines["E05"].endswith("easystack: test_power; openstack: test_power"), "test_info calls another module"
    assert "POST /servers/{server_id}/action (os-start)" in lines["E05"] and "server_power" in lines["E05"]
    assert lines["E06"].endswith("NOT DRIVEN on easystack, but on openstack: test_power")
    assert lines["E07"].endswith("NOT DRIVEN"), "no target that calls the module drove it"
    assert lines["E59"].endswith("easystack: test_power"), "whoever connects, drives it"
    assert lines["U08"].endswith("NOT DRIVEN")


def test_an_inventory_counts_where_a_target_has_one(targets: Path) -> None:
    (targets / "inventory" / "tasks" / "main.yml").write_text("plugin: cloudserver.compute.cloudserver\n")
    assert report.calls("inventory", ["server_info", "inventory"], targets)
    assert not report.calls("test_info", ["inventory"], targets)


def test_the_report_fails_where_one_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    everything = {each.id: 1 for each in OPERATIONS}
    monkeypatch.setattr(report, "calls", lambda target, modules, root: True)
    records = [
        {"target": "t", "platform": name, "operations": everything, "parameters": {}} for name in operations.HEADING
    ]
    monkeypatch.setattr(report, "collected", lambda: records)
    assert report.main([]) == 0
    printed = capsys.readouterr().out
    assert "98 of 98 operations" in printed and operations.summary(operations.everything()) in printed
    del everything["U28"]
    assert report.main([]) == 1 and "97 of 98 operations" in capsys.readouterr().out


def test_a_real_cloud_leaves_no_record(tmp_path: Path) -> None:
    record.save(tmp_path, "test_power", "openstack", {"real": True})
    assert list(tmp_path.iterdir()) == []
