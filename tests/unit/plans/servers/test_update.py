# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leads a server to what is declared of it: plans are pure, and what they lead to needs nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    GONE,
    PRESENT,
    PURGED,
    Action,
    ExpectedState,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image, ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declared_image import DeclaredImage
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import ignored_option
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import by_name, names_of
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import plan_one, plan_servers
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud

ALL = (
    "create update set_metadata replace_metadata set_tags lock unlock reset_state resize confirm_resize "
    "revert_resize live_resize delete restore purge deleted reboot".split()
)


def declared_image(image_id: str, name: str) -> DeclaredImage:
    return DeclaredImage(image_id, (ImageDetails(image_id, name),))


SMALL, LARGE = Flavor("1", "small"), Flavor("2", "large")


def cloud(without: str = "", more: str = "") -> FakeCloud:
    made = FakeCloud([])
    made.rules.capabilities = frozenset(ALL) - frozenset(without.split()) | frozenset(more.split())
    return made


def server(status: str = "ACTIVE", **more: Any) -> Server:
    known = {
        "flavor": SMALL,
        "image": Image("i-1"),
        "locked": False,
        "availability_zone": "nova",
        "key_name": "k",
        "addresses": (Address("10.0.0.5", 4, network="private"),),
    }
    return Server("s", "fake", name="web", status=status, **{**known, **more})


def done(existing: Server, planned_actions: tuple[Action, ...]) -> Server | None:
    """The server as a cloud makes it by these actions."""
    for action in planned_actions:
        given_ = action.arguments
        if action.action in ("delete", "create"):
            return None
        existing = replace(
            existing,
            **{
                "update": lambda g=given_: {key: value for key, value in g.items() if key != "hostname"},
                "set_metadata": lambda g=given_, t=existing: {"metadata": {**t.metadata, **g["metadata"]}},
                "replace_metadata": lambda g=given_: {"metadata": g["metadata"]},
                "set_tags": lambda g=given_: {"tags": tuple(g["tags"])},
                "lock": lambda: {"locked": True},
                "unlock": lambda: {"locked": False},
                "reset_state": lambda g=given_: {"status": g["state"].upper(), "task_state": None},
                "resize": lambda g=given_: {
                    "status": "VERIFY_RESIZE",
                    "flavor": Flavor(g["flavor_id"], g["flavor_name"]),
                },
                "live_resize": lambda g=given_: {"flavor": Flavor(g["flavor_id"], g["flavor_name"])},
                "confirm_resize": lambda: {"status": "ACTIVE"},
                "revert_resize": lambda: {"status": "ACTIVE"},
                "restore": lambda: {"status": "ACTIVE"},
                "purge": lambda: {"status": "DELETED"},
                "reboot": dict,
            }[action.action](),
        )
    return existing


words = st.text("abc:_", min_size=1, max_size=4)
maps = st.dictionaries(words, words, max_size=4)
labels = st.lists(words, max_size=4, unique=True).map(tuple)
specs = st.builds(
    ServerSpec,
    new_name=st.none() | words,
    description=st.none() | st.just("") | words,
    metadata=st.none() | maps,
    purge_metadata=st.booleans(),
    remove_metadata=labels,
    tags=st.none() | labels,
    purge_tags=st.booleans(),
    locked=st.none() | st.booleans(),
    flavor=st.sampled_from([None, SMALL, LARGE]),
    resize=st.sampled_from(["never", "offline", "live", "auto"]),
    confirm=st.booleans(),
    recreate=st.booleans(),
    image=st.sampled_from([None, declared_image("i-1", "one"), declared_image("i-2", "two"), DeclaredImage("gone")]),
    networks=st.sampled_from([(), ("private",), ("other",)]),
    reboot=st.booleans(),
).map(lambda spec: replace(spec, remove_metadata=tuple(set(spec.remove_metadata) - set(spec.metadata or ()))))
servers = st.builds(
    server,
    st.sampled_from(["ACTIVE", "SHUTOFF", "PAUSED", "ERROR", "BUILD", "VERIFY_RESIZE", "SOFT_DELETED"]),
    metadata=maps,
    tags=labels,
    locked=st.sampled_from([True, False]),
    flavor=st.sampled_from([SMALL, LARGE]),
    description=st.none() | words,
)


@given(servers, specs, st.sampled_from(["", "live_resize", "lock unlock", "set_tags"]))
def test_what_a_plan_leads_to_needs_nothing_more(existing: Server, spec: ServerSpec, without: str) -> None:
    able = cloud(without)
    change = plan_one(existing, spec, able.rules)
    assert (change.before == change.after) is (not change.planned_actions) or change.refusal
    if change.refusal:
        assert not change.changes and "\n" not in change.refusal
        return
    assert tuple(action.action for action in change.planned_actions) == change.actions
    assert all(able.supports(action) for action in change.actions)
    after = done(existing, change.planned_actions)
    if after is None:
        # Only what the task allows to recreate is ever deleted for a declaration.
        assert spec.recreate and change.actions[-2:] == ("delete", "create")
        return
    assert plan_one(after, spec, able.rules).planned_actions == ()


@given(servers, specs)
def test_nothing_that_is_not_listed_is_taken_away(existing: Server, spec: ServerSpec) -> None:
    spec = replace(spec, purge_metadata=False, purge_tags=False, remove_metadata=())
    change = plan_one(existing, spec, cloud().rules)
    after = done(existing, change.planned_actions)
    if after is not None:
        assert set(existing.tags) <= set(after.tags) and set(existing.metadata) <= set(after.metadata)


@given(servers)
def test_nothing_given_is_nothing_done(existing: Server) -> None:
    assert plan_one(existing, ServerSpec(), cloud().rules).planned_actions == ()


@given(servers, st.sampled_from(["absent", "purged", "restored"]))
def test_ends_and_ways_back(existing: Server, state: str) -> None:
    spec = ServerSpec(state)
    change = plan_one(existing, spec, cloud().rules)
    assert not change.refusal
    after = done(existing, change.planned_actions)
    expected = {
        "absent": () if existing.is_deleted else ("delete",),
        "purged": ("purge",),
        "restored": ("restore",) if existing.is_deleted else (),
    }[state]
    assert change.actions == expected
    if after is not None:
        assert plan_one(after, spec, cloud().rules).planned_actions == ()


def one(existing: Server, able: FakeCloud | None = None, **spec: Any) -> Change:
    return plan_one(existing, ServerSpec(**spec), (able or cloud()).rules)


@pytest.mark.parametrize("task", ["deleting", "soft-deleting"])
def test_a_deletion_under_way_is_waited_for_and_not_requested(task: str) -> None:
    change = one(server(task_state=task), state="absent")
    assert change.planned_actions == () and change.wait_until_stable


def test_a_cloud_without_a_recycle_bin() -> None:
    without = cloud("purge restore deleted")
    assert one(server(), without, state="purged").actions == ("delete",)
    assert "no operation restore" in str(one(server("SOFT_DELETED"), without, state="restored").refusal)
    # One that has a bin and no way to empty it.
    half = cloud("purge")
    assert "no operation purge" in str(one(server("SOFT_DELETED"), half, state="purged").refusal)


def test_a_cloud_that_purges_only_what_is_in_its_recycle_bin() -> None:
    binned = cloud(more="purge_binned")
    both = one(server(), binned, state="purged")
    assert both.actions == ("delete", "purge") and both.after == {"state": "purged"}
    assert [action.expected_state.presence for action in both.planned_actions] == [GONE, PURGED]
    assert one(server(), binned, state="purged", keeps_deleted=False).actions == ("delete",)
    assert one(server("SOFT_DELETED"), binned, state="purged", keeps_deleted=False).actions == ("purge",)
    unlocked = one(server(locked=True), binned, state="purged", locked=False, delete_with={"volumes": True})
    assert unlocked.actions == ("unlock", "delete", "purge")
    assert [action.arguments for action in unlocked.planned_actions] == [{}, {"volumes": True}, {}]


@pytest.mark.parametrize("status", ["SHUTOFF", "DELETED", "SOFT_DELETED"])
def test_a_server_in_a_recycle_bin_has_any_status(status: str) -> None:
    binned, existing = cloud(more="purge_binned"), server(status, in_recycle_bin=True)
    assert one(existing, binned, state="absent").planned_actions == ()
    assert one(existing, binned, state="restored").actions == ("restore",)
    assert one(existing, binned, state="purged").actions == ("purge",)
    assert "it is in the recycle bin" in str(one(existing, binned, tags=("a",)).refusal)
    for presence, met in ((GONE, True), (PURGED, False), (PRESENT, False)):
        assert ExpectedState(presence=presence).met(existing) is met


def test_permanently_deleted() -> None:
    assert one(server("DELETED"), state="purged").planned_actions == ()
    assert "permanently deleted" in str(one(server("DELETED"), state="restored").refusal)
    assert "task in progress (task_state deleting)" in str(
        one(server("SOFT_DELETED", task_state="deleting"), state="restored").refusal
    )


@pytest.mark.parametrize(
    "existing, state, planned_actions",
    [
        (server("ERROR"), "active", ("reset_state",)),
        (server("ACTIVE", task_state="powering-off"), "active", ("reset_state",)),
        (server("ACTIVE"), "active", ()),
        (server("SHUTOFF"), "active", ()),
        (server("ACTIVE"), "error", ("reset_state",)),
        (server("ERROR"), "error", ()),
    ],
)
def test_reset_of_the_state(existing: Server, state: str, planned_actions: tuple[str, ...]) -> None:
    change = one(existing, reset_state=state)
    assert change.actions == planned_actions and not change.wait_until_stable


def test_a_server_in_error_can_be_unlocked_and_recreated() -> None:
    broken = server("ERROR", locked=True, fault={"message": "No valid host."})
    assert "No valid host; set reset_state" in str(one(broken, metadata={"a": "b"}).refusal)
    assert one(broken, locked=False).actions == ("unlock",)
    assert one(broken, locked=False, recreate=True).actions == ("unlock", "delete", "create")
    assert "no operation unlock" in str(one(broken, cloud("unlock"), locked=False, recreate=True).refusal)


def test_resizes() -> None:
    up: dict[str, Any] = {"flavor": LARGE}
    assert "resize: offline" in str(one(server(), **up).refusal)
    assert one(server(), resize="auto", **up).actions == ("live_resize",)
    assert one(server("SHUTOFF"), resize="auto", **up).actions == ("resize", "confirm_resize")
    assert one(server(), cloud("live_resize"), resize="auto", **up).actions == ("resize", "confirm_resize")
    # A cloud that has no confirmation is done with the resize.
    assert one(server(), cloud("confirm_resize"), resize="offline", **up).actions == ("resize",)
    assert one(server(), resize="offline", confirm=False, **up).actions == ("resize",)
    # A server shows its flavor by name alone from microversion 2.47 on.
    assert one(server(flavor=Flavor(None, "large")), **up).planned_actions == ()


def test_the_payment_of_a_resize() -> None:
    pays: dict[str, Any] = {"flavor": LARGE, "resize": "offline", "auto_pay": True}
    assert "auto_pay" not in one(server("SHUTOFF"), **pays).planned_actions[0].arguments
    prepaid = cloud()
    prepaid.rules.resize_options = frozenset(("auto_pay",))
    assert one(server("SHUTOFF"), prepaid, **pays).planned_actions[0].arguments["auto_pay"] is True
    assert (
        "auto_pay" not in one(server("SHUTOFF"), prepaid, flavor=LARGE, resize="offline").planned_actions[0].arguments
    )
    resizes, stays = (Plan((one(each, **pays),)) for each in (server(), server(flavor=LARGE)))
    assert "no option auto_pay" in str(ignored_option(resizes, True, cloud().rules))
    assert ignored_option(stays, True, cloud().rules) is None
    assert ignored_option(resizes, False, cloud().rules) is None
    assert ignored_option(resizes, True, prepaid.rules) is None


def test_a_flavor_that_is_not_sold(monkeypatch: pytest.MonkeyPatch) -> None:
    sold_out = cloud()
    asked = []

    def problem(flavor: Flavor, zone: str | None) -> str:
        asked.append((flavor, zone))
        return "it is sold out"

    monkeypatch.setattr(sold_out.rules, "flavor_problem", problem)
    change = one(server(availability_zone="z"), sold_out, flavor=LARGE, resize="offline")
    assert change.refusal == "its flavor small cannot be changed: it is sold out" and asked == [(LARGE, "z")]
    assert one(server(flavor=LARGE), sold_out, flavor=LARGE, resize="offline").refusal is None, "it has it"


def test_tags_in_metadata() -> None:
    labelled = cloud("set_tags", "tags_in_metadata")
    change = one(server(metadata={"old": "1"}), labelled, tags=("role=web", "blue"))
    assert change.planned_actions[0].arguments == {"metadata": {"role": "web", "blue": ""}}
    gone = one(server(metadata={"old": "1", "cloudserver_x": "y"}), labelled, tags=("role=web",), purge_tags=True)
    assert gone.planned_actions[0].arguments["metadata"] == {"role": "web", "cloudserver_x": "y"}


def test_a_boot_order_takes_a_reboot() -> None:
    order = {"metadata": {"nodeinfo.com:bootorder": "x"}, "reboot": True}
    assert one(server(), **order).actions == ("set_metadata", "reboot")
    assert one(server("SHUTOFF"), **order).actions == ("set_metadata",)


def test_new_servers_have_no_id_yet_and_no_secret_in_the_diff() -> None:
    spec = ServerSpec(flavor=SMALL, tags=("a",), metadata={"k": "v"})
    plan = plan_servers([server()], ["db"], spec, cloud().rules)
    assert plan.diff()["after"]["db"] == {"state": "present", "flavor": "small", "tags": ["a"], "metadata": {"k": "v"}}
    assert [change.actions for change in plan.items] == [("set_metadata", "set_tags"), ("create",)]


# -- names -----------------------------------------------------------------------------------------------------------


def naming(**options: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("name", "names", "count", "name_pattern", "new_name"))
    return {**empty, "state": "present", **options}


@given(st.integers(1, 1000), st.sampled_from(["web-%d", "w%03dx", "%d"]))
def test_names_are_counted_and_differ(count: int, pattern: str) -> None:
    names = names_of(naming(count=count, name_pattern=pattern))
    assert len(set(names)) == count and names[0] == pattern % 1 and names[-1] == pattern % count


def test_names() -> None:
    assert names_of(naming(name="a")) == ("a",)
    assert names_of(naming(name="a", count=1)) == ("a-1",)
    assert names_of(naming(names=["b", "a"])) == ("b", "a")
    assert names_of(naming()) == ()
    with pytest.raises(InvalidRequest, match="count: it needs either name"):
        names_of(naming(name="a", name_pattern="a-%d", count=2))


def test_by_name_looks_at_the_names_that_are_wanted() -> None:
    twins = [Server("1", "p", name="a"), Server("2", "p", name="a"), Server("3", "p", name="b")]
    assert by_name(twins, ["b"]) == {"b": twins[2]}
    with pytest.raises(InvalidRequest, match="2 servers are named a \\(1, 2\\)"):
        by_name(twins, ["a", "b"])
