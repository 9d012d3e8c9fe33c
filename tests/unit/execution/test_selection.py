# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers are read from the cloud for a selection, and what it is asked to filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import filters as nova_filters
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import find
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud, FakeRules, server

TAGS = st.lists(st.sampled_from(["a", "b", "c=1", "c=2"]), unique=True, max_size=3)


@given(
    fleet=st.lists(st.tuples(TAGS, st.sampled_from(["running", "stopped", "error"])), max_size=8),
    wanted=TAGS,
    unwanted=TAGS,
    status=st.sampled_from([None, "ACTIVE", "stopped"]),
)
def test_options_combine_with_and_whatever_the_cloud_filtered(
    fleet: list[tuple[list[str], str]], wanted: list[str], unwanted: list[str], status: str | None
) -> None:
    servers = [server(f"s{n}", state, tags=tuple(tags)) for n, (tags, state) in enumerate(fleet)]
    options = {"tags": wanted, "not_tags": unwanted, "status": [status] if status else []}
    if not wanted and not status:
        options["all"] = [True]
    chosen = find(FakeCloud(servers), Selection.from_options(options)).servers
    expected = {
        each.id
        for each in servers
        if set(wanted) <= set(each.tags)
        and not set(unwanted) & set(each.tags)
        and (status is None or status in (each.status, each.power_state))
    }
    assert {each.id for each in chosen} == expected
    assert [(each.name, each.id) for each in chosen] == sorted((each.name, each.id) for each in chosen)


class IgnoringRules(FakeRules):
    """The filters of Nova on the fake cloud."""

    filter_checks = nova_filters.FILTER_CHECKS


class Ignoring(FakeCloud):
    """A cloud that returns every server, whatever the query."""

    rules_class = IgnoringRules


OF_A = {"project_id": "p1", "user_id": "u1", "vm_state": "active"}
OF_B = {"project_id": "p2", "user_id": "u2", "vm_state": "active"}
ON_A = server("on-a", host="cmp-a", availability_zone="az1", key_name="ops", tags=("t",), locked=True, **OF_A)
ON_B = server("on-b", host="cmp-b", availability_zone="az2", task_state="powering-off", **OF_B)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"host": "cmp-a"}, ["on-a"]),
        ({"host": "cmp"}, []),
        ({"uuid": "id-on-b"}, ["on-b"]),
        ({"availability_zone": "az"}, ["on-a", "on-b"]),
        ({"availability_zone": "AZ1"}, ["on-a"]),
        ({"key_name": "^ops$"}, ["on-a"]),
        ({"task_state": "powering-off"}, ["on-b"]),
        ({"tags": "t"}, ["on-a"]),
        ({"tags-any": "t,u"}, ["on-a"]),
        ({"not-tags": "t"}, ["on-b"]),
        ({"not-tags-any": "t,u"}, ["on-b"]),
        ({"name": "nobody", "reservation_id": "r-1"}, ["on-a", "on-b"]),
        ({"host": "cmp-a", "availability_zone": "az2"}, []),
        ({"project_id": "p1"}, ["on-a"]),
        ({"tenant_id": "p"}, []),
        ({"user_id": "u2"}, ["on-b"]),
        ({"vm_state": "active"}, ["on-a", "on-b"]),
    ],
)
def test_filters_that_the_cloud_ignores_are_checked_on_the_records(filters: dict[str, str], found: list[str]) -> None:
    selection = Selection.from_options({"all": True, "filters": filters})
    assert [each.name for each in find(Ignoring([ON_A, ON_B]), selection).servers] == found


def test_a_filter_that_the_records_do_not_show_is_refused() -> None:
    for listing in (True, False):
        selection = Selection.from_options({"all": True, "filters": {"host": "cmp-a"}}, listing=listing)
        with pytest.raises(InvalidRequest, match="does not show this user the host of servers"):
            find(Ignoring([server("web")]), selection)
    for name in ("locked", "availability_zone"):
        with pytest.raises(InvalidRequest, match=name):
            find(Ignoring([server("web")]), Selection.from_options({"all": True, "filters": {name: "x"}}))


def test_a_filter_that_cannot_be_checked_needs_a_limit_where_something_is_done() -> None:
    cloud, options = Ignoring([ON_A, ON_B]), {"all": True, "filters": {"launch_index": "1"}}
    with pytest.raises(InvalidRequest, match="do not contain launch_index.*set max_targets"):
        find(cloud, Selection.from_options(options))
    assert len(find(cloud, Selection.from_options(options, listing=True)).servers) == 2
    with pytest.raises(InvalidRequest, match="max_targets allows 1"):
        find(cloud, Selection.from_options({**options, "max_targets": 1}))
