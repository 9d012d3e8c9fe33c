"""The roles as operators run them: what is refused, bounded, left out and reported, by runs of ansible-playbook."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest
import yaml

from playbooks import ROOT, Lab, kill, refusals, role, until

PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJDS3myUdKqe2gGwOleXjNFTmDSzcrb2eAHbjVNf4V6 me@here"
FRIDAY_NIGHT = "2026-11-20T22:30:00Z"
#: The variables that a role cannot do without, and the host that it runs on.
REQUIRED: dict[str, tuple[str, dict[str, Any]]] = {
    "keypairs": ("huaweicloud", {"keypairs_keypairs": [{"name": "ops", "public_key": KEY}]}),
    "server_fleet": (
        "openstack",
        {
            "server_fleet_servers": [
                {"name": "shop", "flavor": "m1.small", "image": "debian-12", "networks": ["private"]},
            ]
        },
    ),
    "power_schedule": (
        "ustack",
        {"power_schedule_schedules": {"demo": {"hours": "07:00-19:00"}}, "power_schedule_selection": {"all": True}},
    ),
    "compute_capacity": (
        "easystack_admin",
        {"compute_capacity_aggregates": [{"name": "fast", "availability_zone": "zone-3", "hosts": ["cmp5"]}]},
    ),
    "fleet_report": ("easystack", {}),
}
#: Variables without which each of them is refused.
MANDATORY = {
    "keypairs": "keypairs_keypairs",
    "server_fleet": "server_fleet_servers",
    "power_schedule": "power_schedule_schedules",
}


def forbidden(lab: Lab, platform: str, operation: str) -> None:
    lab.fault(platform=platform, operation=operation, times=None, do={"status": 403})


# -- what every role keeps -----------------------------------------------------------------------------------------


def test_with_its_required_variables_alone_a_role_runs_and_the_second_run_changes_nothing(lab: Lab) -> None:
    plays = [{**role(name, **variables), "hosts": host} for name, (host, variables) in REQUIRED.items()]
    hosts = [host for host, _variables in REQUIRED.values()]
    assert len(set(hosts)) == len(hosts)
    inventory = lab.inventory(*hosts)
    predicted = lab.play(inventory, plays, "--check").succeeded()
    first = lab.play(inventory, plays).succeeded()
    assert sorted(first.changed_by_host) == sorted(hosts)
    assert predicted.changed_by_host == first.changed_by_host
    assert lab.play(inventory, plays).succeeded().changed == 0


def test_a_misspelt_variable_is_refused_before_the_cloud_is_asked(lab: Lab) -> None:
    cases = [(name, {**variables, name + "_purg": True}) for name, (_host, variables) in REQUIRED.items()]
    for (name, _variables), message in zip(cases, refusals(lab, lab.inventory("openstack_admin"), cases), strict=True):
        assert "the role %s has no variable %s_purg" % (name, name) in message and "nothing was done" in message
    assert lab.requests("openstack") == []


def test_without_a_required_variable_a_role_is_refused_before_the_cloud_is_asked(lab: Lab) -> None:
    cases = []
    for name, mandatory in MANDATORY.items():
        given = {key: value for key, value in REQUIRED[name][1].items() if key != mandatory}
        cases.append((name, given))
    for (name, _given), message in zip(cases, refusals(lab, lab.inventory("openstack"), cases), strict=True):
        assert "missing required arguments: %s" % MANDATORY[name] in message
    assert lab.requests("openstack") == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("roles/*/meta/argument_specs.yml")), ids=lambda path: path.parts[-3])
def test_no_required_variable_has_a_default(path: Any) -> None:
    options = yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((path.parents[1] / "defaults" / "main.yml").read_text()) or {}
    required = {name for name, option in options.items() if option.get("required")}
    assert not required & set(defaults)
    assert set(defaults) <= set(options) or path.parts[-3] == "resolve_servers"
    for name, option in options.items():
        if not option.get("required") and "default" in option:
            assert defaults[name] == option["default"], name


@pytest.mark.parametrize("option", ["flavor", "aggregate", "server", "keypair"])
def test_the_entries_of_a_role_have_the_options_of_their_module(option: str) -> None:
    entries = {
        "server": ("server_fleet", "server_fleet_servers", {"select", "client_token", "return_passwords"}),
        # The results of a loop show its items, and a key_protection may have a private key.
        "keypair": ("keypairs", "keypairs_keypairs", {"attached_to", "detached_from", "key_protection"}),
        "flavor": ("compute_capacity", "compute_capacity_flavors", set()),
        "aggregate": ("compute_capacity", "compute_capacity_aggregates", set()),
    }
    name, variable, left_out = entries[option]
    specs = yaml.safe_load((ROOT / "roles" / name / "meta" / "argument_specs.yml").read_text())
    declared = set(specs["argument_specs"]["main"]["options"][variable]["options"])
    module: dict[str, Any] = {}
    exec(compile((ROOT / "plugins" / "modules" / (option + ".py")).read_text(), option, "exec"), module)
    documented = set(yaml.safe_load(module["DOCUMENTATION"])["options"])
    # A fleet may also declare the power state, which is not an option of the module server.
    added = {"power_state"} if option == "server" else set()
    assert declared - added == documented - left_out


# -- several clouds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, variables, operation",
    [
        ("keypairs", REQUIRED["keypairs"][1], "POST os-keypairs"),
        ("power_schedule", {**REQUIRED["power_schedule"][1], "power_schedule_tag": "env"}, "GET servers/detail"),
        ("fleet_report", {}, "GET servers/detail"),
    ],
)
def test_one_cloud_that_refuses_stops_the_others_only_where_that_is_wanted(
    lab: Lab, name: str, variables: dict[str, Any], operation: str
) -> None:
    inventory = lab.inventory("openstack", "easystack")
    method, _space, path = operation.partition(" ")
    lab.fault(platform="openstack", method=method, path=path, times=None, do={"status": 403})
    run = lab.play(inventory, role(name, **variables))
    assert run.status != 0
    acted = [row for row in lab.requests("easystack", "POST", "PUT", "DELETE") if row["name"] != "create token"]
    assert acted == [] or name == "keypairs"

    run = lab.play(inventory, role(name, **variables, **{name + "_on_error": "warn"}))
    assert run.status != 0, "the failure must be in the exit status"
    assert "1 of 2 clouds failed, and the others succeeded" in run.output
    assert "403" in run.output
    if name == "keypairs":
        assert len([row for row in lab.requests("easystack", "POST") if "os-keypairs" in row["path"]]) == 1
    elif name == "power_schedule":
        assert [row["method"] for row in lab.requests("easystack", "POST") if row["path"].endswith("/action")]
    else:
        assert "easystack" in (lab.folder / "fleet.csv").read_text()


@pytest.mark.parametrize("way", ["inventory", "role", "group", "environment"])
def test_each_way_to_give_the_connection_reaches_every_role(lab: Lab, way: str) -> None:
    options, own, play, environment = lab.connection("easystack_admin"), False, {}, {}
    inventory = lab.folder / "plain.json"
    inventory.write_text('{"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}')
    if way == "inventory":
        inventory = lab.inventory("easystack_admin")
    elif way == "role":
        own = True
    elif way == "group":
        play = {"module_defaults": {"group/cloudserver.compute.compute": options}}
    else:
        environment = {"OS_" + key.upper(): str(value) for key, value in options["auth"].items()}
        environment.update(CLOUDSERVER_PLATFORM="easystack", OS_REGION_NAME=options["region"])
    plays = []
    for name in REQUIRED:
        variables = dict(REQUIRED[name][1])
        if name == "server_fleet":
            variables["server_fleet_servers"] = [{"name": "absent-1", "state": "absent"}]
        if own:
            variables[name + "_connection"] = options
        plays.append({**role(name, **variables), **play})
    run = lab.play(inventory, plays, "--check", **environment).succeeded()
    asked = " ".join(row["path"] for row in lab.requests("easystack", "GET"))
    assert "os-keypairs" in asked and "os-aggregates" in asked, run.output[-3000:]
    assert asked.count("servers/detail") >= 3


def test_the_users_defaults_of_one_module_hold_in_roles(lab: Lab) -> None:
    play = role("power_schedule", **REQUIRED["power_schedule"][1])
    play["module_defaults"] = {"cloudserver.compute.server_info": {"page_size": 7}}
    lab.play(lab.inventory("openstack"), play).succeeded()
    listed = [row for row in lab.requests("openstack", "GET") if "servers/detail" in row["path"]]
    assert listed and all(re.search(r"limit\W+7\b", json.dumps(row["query"])) for row in listed), listed


# -- deleting ------------------------------------------------------------------------------------------------------


def test_a_purge_of_key_pairs_is_bounded_and_never_deletes_all(lab: Lab) -> None:
    inventory = lab.inventory("openstack")
    many = [{"name": "old-%d" % number, "public_key": KEY} for number in range(7)]
    lab.play(inventory, role("keypairs", keypairs_keypairs=many)).succeeded()
    wanted = (
        ([{"name": "old-0", "public_key": KEY}], 5, "deletes at most keypairs_max_removals (5)"),
        ([], 50, "never all of them"),
        ([{"name": "new", "public_key": KEY}], 50, "never all of them"),
    )
    cases = [
        ("keypairs", {"keypairs_keypairs": declared, "keypairs_purge": True, "keypairs_max_removals": most})
        for declared, most, _words in wanted
    ]
    messages = refusals(lab, inventory, cases)
    assert all(words in message for (_declared, _most, words), message in zip(wanted, messages, strict=True)), messages
    assert lab.requests("openstack", "DELETE") == []
    kept = [{"name": "old-%d" % number, "public_key": KEY} for number in range(4)]
    given = {"keypairs_keypairs": kept, "keypairs_purge": True, "keypairs_keep": ["operators"]}
    lab.play(inventory, role("keypairs", **given)).succeeded()
    assert len(lab.requests("openstack", "DELETE")) == 3


def test_a_purge_of_key_pairs_keeps_those_of_the_account(lab: Lab) -> None:
    """They belong to other users, too."""
    inventory = lab.inventory("huaweicloud")
    made = [{"name": "ours", "public_key": KEY, "scope": "account"}, {"name": "mine", "public_key": KEY}]
    lab.play(inventory, role("keypairs", keypairs_keypairs=made)).succeeded()
    given = {"keypairs_keypairs": [{"name": "operators"}], "keypairs_purge": True}
    lab.play(inventory, role("keypairs", **given)).succeeded()
    assert [row["path"].rpartition("/")[2] for row in lab.requests("huaweicloud", "DELETE")] == ["mine"]


def test_a_purge_of_servers_never_deletes_the_whole_fleet(lab: Lab) -> None:
    inventory = lab.inventory("openstack")
    common = {"flavor": "m1.small", "image": "debian-12", "networks": ["private"]}
    fleet = {"server_fleet_tag": "fleet=shop", "server_fleet_defaults": common, "server_fleet_purge": True}
    lab.play(inventory, role("server_fleet", server_fleet_servers=[{"name": "shop", "count": 3}], **fleet)).succeeded()
    declared = ([], [{"name": "shap", "count": 3}])
    messages = refusals(
        lab, inventory, [("server_fleet", {"server_fleet_servers": each, **fleet}) for each in declared]
    )
    assert all("never all of them" in message for message in messages), messages
    assert lab.requests("openstack", "DELETE") == []
    assert "shap-1" not in lab.servers("openstack")
    lab.play(inventory, role("server_fleet", server_fleet_servers=[{"name": "shop", "count": 2}], **fleet)).succeeded()
    assert "shop-3" not in lab.servers("openstack") or lab.servers("openstack")["shop-3"]["status"] != "ACTIVE"


def test_the_tags_of_a_fleet_may_be_mappings(lab: Lab) -> None:
    common = {"flavor": "m1.small", "image": "debian-12", "networks": ["private"], "tags": {"env": "shop"}}
    entry = {"name": "shop", "tags": {"role": "kv", "spot": ""}}
    fleet = role("server_fleet", server_fleet_servers=[entry], server_fleet_defaults=common)
    lab.play(lab.inventory("openstack"), fleet).succeeded()
    assert sorted(lab.servers("openstack")["shop"]["tags"]) == ["env=shop", "role=kv", "spot"]


def test_a_purge_is_checked_in_every_cloud_before_the_first_change(lab: Lab) -> None:
    lab.control("POST", "/easystack/servers", {"name": "kept", "tags": ["fleet=shop"]})
    given = {"server_fleet_tag": "fleet=shop", "server_fleet_purge": True, "server_fleet_servers": [{"name": "web-01"}]}
    play = role("server_fleet", **given, server_fleet_max_removals=0)
    run = lab.play(lab.inventory("openstack", "easystack"), play)
    assert run.status and "1 of 1 servers of the fleet are not declared (kept" in run.output, run.output[-3000:]
    assert [row for row in lab.requests("openstack", "PUT", "DELETE") if "servers" in row["path"]] == []


def test_an_entry_may_rename_its_server_and_take_a_default_away(lab: Lab) -> None:
    common = {"flavor": "m1.small", "image": "debian-12", "networks": ["private"], "key_name": "operators"}
    fleet = {"server_fleet_tag": "fleet=shop", "server_fleet_defaults": common, "server_fleet_purge": True}
    entries = [{"name": "old", "key_name": None}, {"name": "shop", "count": 2}]
    made = role("server_fleet", server_fleet_servers=entries, **fleet)
    renamed = role("server_fleet", server_fleet_servers=[{**entries[0], "new_name": "new"}, entries[1]], **fleet)
    run = lab.play(lab.inventory("openstack"), [made, renamed, renamed]).succeeded()
    servers = lab.servers("openstack")
    assert servers["new"]["key_name"] is None and servers["shop-1"]["key_name"] == "operators"
    assert "old" not in servers and run.changed == 2
    assert lab.requests("openstack", "DELETE") == []


def test_an_option_of_an_entry_that_is_misspelt_is_refused_before_the_cloud_is_asked(lab: Lab) -> None:
    cases = [
        ("server_fleet", {"server_fleet_servers": [{"name": "a", "flavour": "m1.small"}]}),
        ("server_fleet", {"server_fleet_servers": [{"name": "a"}], "server_fleet_defaults": {"flavour": "x"}}),
        ("compute_capacity", {"compute_capacity_flavors": [{"name": "a", "vcpu": 1}]}),
        ("power_schedule", {"power_schedule_schedules": {"a": {}}, "power_schedule_selection": {"tag": ["x"]}}),
    ]
    messages = refusals(lab, lab.inventory("openstack_admin"), cases)
    for words, message in zip(("flavour", "a server has no option flavour", "vcpu", "tag"), messages, strict=True):
        assert words in message
    assert lab.requests("openstack") == []


# -- power_schedule ------------------------------------------------------------------------------------------------

SCHEDULE = {
    "power_schedule_tag": "env",
    "power_schedule_now": FRIDAY_NIGHT,
    "power_schedule_schedules": {"demo": {"hours": "07:00-19:00", "timezone": "UTC"}},
}


def actions(lab: Lab, platform: str) -> list[str]:
    return [row["path"] for row in lab.requests(platform, "POST") if row["path"].endswith("/action")]


def test_the_limit_bounds_the_run_and_not_each_batch(lab: Lab) -> None:
    platform = "huaweicloud"
    play = dict(role("power_schedule", **SCHEDULE, power_schedule_max_targets=3), serial=2)
    run = lab.play(lab.fleet(platform), play)
    assert run.status != 0 and "would be started or stopped in this run" in " ".join(run.output.split())
    assert actions(lab, platform) == []
    play = dict(role("power_schedule", **SCHEDULE, power_schedule_max_targets=20), serial=2)
    lab.play(lab.fleet(platform), play).succeeded()
    states = {name: row["status"] for name, row in lab.servers(platform).items()}
    assert {states[name] for name in ("web-01", "web-04", "db-01", "cache-01")} == {"SHUTOFF"}
    assert states["bastion-01"] == "ACTIVE"


@pytest.mark.parametrize("how", ["serial", "limit", "free", "check first", "failure", "kill"])
def test_a_schedule_reaches_the_servers_of_every_cloud_however_it_is_run(lab: Lab, how: str) -> None:
    inventory = lab.fleet(*PLATFORMS, tags=["env=demo"])
    play = role("power_schedule", **SCHEDULE)
    before = {name: lab.servers(name) for name in PLATFORMS}
    running = {
        (platform, name)
        for platform, rows in before.items()
        for name, row in rows.items()
        if name.startswith(("web-", "db-", "cache-")) and row["status"] == "ACTIVE"
    }

    def stopped() -> set[tuple[str, str]]:
        now = {name: lab.servers(name) for name in PLATFORMS}
        return {(platform, name) for platform, name in running if now[platform][name]["status"] == "SHUTOFF"}

    if how == "serial":
        lab.play(inventory, dict(play, serial="40%")).succeeded()
    elif how == "limit":
        lab.play(inventory, play, "--limit", "*web-*").succeeded()
        assert stopped() == {(platform, name) for platform, name in running if name.startswith("web-")}
        lab.play(inventory, play).succeeded()
    elif how == "free":
        lab.play(inventory, dict(play, strategy="free")).succeeded()
    elif how == "check first":
        lab.play(inventory, play, "--check").succeeded()
        assert stopped() == set()
        lab.play(inventory, play).succeeded()
    elif how == "failure":
        lab.fault(method="POST", path="action$", times=None, do={"status": 403})
        assert lab.play(inventory, play).status != 0
        assert stopped() == set()
        lab.control("DELETE", "/faults")
        lab.play(inventory, play).succeeded()
    else:
        lab.control("PUT", "/delays", {"stop": 3.0})
        process = lab.start(inventory, play)
        until(lambda: any(actions(lab, platform) for platform in PLATFORMS))
        kill(process)
        lab.play(inventory, play).succeeded()
    assert stopped() == running
    assert lab.play(inventory, play).succeeded().changed == 0


def test_a_server_in_error_is_listed_and_fails_nothing(lab: Lab) -> None:
    broken = lab.servers("openstack")["db-02"]["id"]
    lab.control("PUT", "/openstack/servers/%s" % broken, {"status": "ERROR"})
    inventory = lab.fleet("openstack", tags=["env=demo"])
    run = lab.play(inventory, role("power_schedule", **SCHEDULE)).succeeded()
    assert "db-02 (ERROR)" in run.output
    run = lab.play(inventory, role("power_schedule", **SCHEDULE, power_schedule_ignore_statuses=[]))
    assert run.status != 0 and "db-02" in run.output


def test_a_list_that_a_survey_gives_as_a_text_may_end_in_a_comma(lab: Lab) -> None:
    play = role("power_schedule", **SCHEDULE, power_schedule_selection={"tags": "env=demo, role=web,"})
    lab.play(lab.inventory("openstack"), play).succeeded()
    assert len(actions(lab, "openstack")) == 4


# -- compute_capacity and fleet_report -----------------------------------------------------------------------------


def test_a_purge_of_flavors_is_bounded(lab: Lab) -> None:
    inventory = lab.inventory("openstack_admin")
    run = lab.play(inventory, role("compute_capacity", compute_capacity_purge_flavors=".*"))
    assert run.status != 0 and "never all of a kind" in " ".join(run.output.split())
    assert lab.requests("openstack", "DELETE") == []


def test_a_report_shows_no_text_of_a_cloud_as_a_template(lab: Lab) -> None:
    lab.control("POST", "/openstack/servers", {"name": "{{ 40 + 2 }}", "tags": ["{{ 40 + 3 }}"]})
    lab.play(lab.inventory("openstack"), role("fleet_report", fleet_report_date="2026-11-20")).succeeded()
    table = (lab.folder / "fleet.csv").read_text()
    assert "{{ 40 + 2 }}" in table and "{{ 40 + 3 }}" in table
    assert "42" not in [line.split(",")[0] for line in table.splitlines()]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_report_of_tags_as_a_mapping_has_the_names_of_images(lab: Lab, platform: str) -> None:
    selection = {"tags": {"env": "demo", "role": "web"}}
    report = role("fleet_report", fleet_report_date="2026-11-20", fleet_report_selection=selection)
    lab.play(lab.inventory(platform), report).succeeded()
    rows = list(csv.DictReader((lab.folder / "fleet.csv").open()))
    images = {row["name"]: row["image"] for row in rows}
    assert sorted(images) == ["web-01", "web-02", "web-03", "web-04"]
    assert images["web-01"] == lab.control("GET", "/%s/servers/web-01" % platform)["server"]["image"]["name"]


def test_a_report_names_what_needs_attention_and_what_changed(lab: Lab) -> None:
    clouds = lab.inventory("openstack", "huaweicloud")
    report = role("fleet_report", fleet_report_date="2026-11-20", fleet_report_backup_days=7)
    lab.play(clouds, report).succeeded()
    lab.control("POST", "/openstack/servers", {"name": "<b>new</b>"})
    later = role("fleet_report", fleet_report_date="2026-11-27", fleet_report_backup_days=7)
    lab.play(clouds, later).succeeded()
    written = {each.name: each.read_bytes() for each in lab.folder.glob("fleet.*") if each.suffix != ".cloudserver"}
    page, found = written["fleet.html"].decode(), json.loads(written["fleet.json"])
    assert [each["name"] for each in found["changes"]["added"]] == ["<b>new</b>"]
    why = {each["platform"]: each["reasons"] for each in found["servers"] if each["name"] == "vault-01"}
    assert why == {"openstack": ["it is locked", "it has no backup image"], "huaweicloud": ["it is locked"]}
    assert "The backup images of huaweicloud are not known: Platform huaweicloud has no operation create_image" in page
    assert "Since 2026-11-20" in page and "&lt;b&gt;new&lt;/b&gt;" in page and "<b>new" not in page
    assert lab.play(clouds, later).succeeded().changed == 0
    assert {name: (lab.folder / name).read_bytes() for name in written} == written


def test_a_report_whose_images_cannot_be_read_fails_before_it_writes(lab: Lab) -> None:
    lab.fault(platform="openstack", method="GET", path="/images$", times=None, do={"status": 403})
    run = lab.play(lab.inventory("openstack"), role("fleet_report", fleet_report_backup_days=7))
    assert run.status != 0 and list(lab.folder.glob("fleet.*")) == []


def test_a_role_without_servers_names_the_variable_to_set(lab: Lab) -> None:
    schedules = {"demo": {"hours": "07:00-19:00"}}
    play = role("power_schedule", power_schedule_tag="env", power_schedule_schedules=schedules)
    run = lab.play(lab.inventory("openstack"), play)
    assert run.status != 0 and "power_schedule_selection is empty" in " ".join(run.output.split())
