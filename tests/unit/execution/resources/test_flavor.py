# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flavors: a plan that is carried out leaves what was planned, and loses no flavor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.flavor import FlavorRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.flavor import (
    IMMUTABLE,
    FlavorSpec,
    find_flavor,
    plan_flavor,
)
from ansible_collections.cloudserver.compute.tests.unit.execution.resources.flavor_samples import FIELDS, SMALL

PRIVATE = replace(SMALL, is_public=False, access=("p1", "p2"), description="old")


class FakeCloud:
    """Nova's flavors. ``fail`` holds an error for a call, used once; ``after``: the call takes effect all the same."""

    def __init__(self, *flavors: FlavorDetails) -> None:
        self.rows = {flavor.id: flavor for flavor in flavors}
        self.calls: list[str] = []
        self.fail: dict[str, list[CloudError]] = {}
        self.after = False

    @property
    def flavors(self) -> FakeCloud:
        return self

    def _call(self, name: str, effect: Any) -> Any:
        self.calls.append(name)
        errors = self.fail.get(name)
        error = errors.pop(0) if errors else None
        if error and not self.after:
            raise error
        found = effect()
        if error:
            raise error
        return found

    def _put(self, flavor_id: str, **changes: Any) -> None:
        self.rows[flavor_id] = replace(self.rows[flavor_id], **changes)

    def list(self) -> Sequence[FlavorDetails]:
        return [replace(flavor, access=None) for flavor in self.rows.values()]

    def get(self, flavor_id: str) -> FlavorDetails | None:
        return next((flavor for flavor in self.list() if flavor.id == flavor_id), None)

    def with_access(self, flavor: FlavorDetails) -> FlavorDetails:
        return self.rows[flavor.id]

    def create(self, wanted: FlavorDetails, explicit_id: bool) -> FlavorDetails:
        def effect() -> FlavorDetails:
            made = replace(
                wanted,
                id=wanted.id if explicit_id else "made",
                extra_specs={},
                access=None if wanted.is_public is not False else (),
                disabled=False,
                rxtx_factor=wanted.rxtx_factor or 1.0,
            )
            if made.id in self.rows or any(made.name == each.name for each in self.rows.values()):
                raise Conflict("taken")
            self.rows[made.id] = made
            return made

        return self._call("create", effect)  # type: ignore[no-any-return]

    def update(self, flavor_id: str, description: str | None) -> None:
        self._call("describe", lambda: self._put(flavor_id, description=description))

    def delete(self, flavor_id: str) -> None:
        self._call("delete", lambda: self.rows.pop(flavor_id, None))

    def set_extra_specs(self, flavor_id: str, extra_specs: Mapping[str, str]) -> None:
        merged = {**(self.rows[flavor_id].extra_specs or {}), **extra_specs}
        self._call("set_extra_specs", lambda: self._put(flavor_id, extra_specs=merged))

    def unset_extra_spec(self, flavor_id: str, key: str) -> None:
        left = {name: value for name, value in (self.rows[flavor_id].extra_specs or {}).items() if name != key}
        self._call("unset_extra_spec", lambda: self._put(flavor_id, extra_specs=left))

    def add_access(self, flavor_id: str, project_id: str) -> None:
        def effect() -> None:
            access = self.rows[flavor_id].access
            if access is None or project_id in access:
                raise Conflict("public, or there already")
            self._put(flavor_id, access=(*access, project_id))

        self._call("allow", effect)

    def remove_access(self, flavor_id: str, project_id: str) -> None:
        def effect() -> None:
            access = self.rows[flavor_id].access or ()
            if project_id not in access:
                raise NotFound("not there")
            self._put(flavor_id, access=tuple(each for each in access if each != project_id))

        self._call("forbid", effect)


def carry_out(cloud: Any, wanted: FlavorSpec, flavor_id: str | None = None) -> ResourcePlan:
    existing = find_flavor(cloud.flavors.list(), flavor_id, wanted.fields.get("name"))
    existing = cloud.flavors.with_access(existing) if existing else None
    plan = plan_flavor(existing, wanted)
    FlavorRun(cloud, existing).run(plan)
    return plan


specs = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"), max_size=4)
projects = st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True)
somewhere = st.none() | st.builds(
    lambda flavor, found, access, described: replace(
        flavor, extra_specs=found, access=None if flavor.is_public else tuple(access), description=described
    ),
    st.sampled_from([SMALL, PRIVATE]),
    specs,
    projects,
    st.sampled_from([None, "old"]),
)
specs = st.builds(
    FlavorSpec,
    fields=st.fixed_dictionaries(
        {"name": st.just("small"), "vcpus": st.sampled_from([1, 2]), "ram_mb": st.just(1024)},
        optional={
            "id": st.just("f1"),
            "disk_gb": st.sampled_from([None, 10, 20]),
            "is_public": st.sampled_from([None, True, False]),
            "description": st.sampled_from([None, "", "old", "new"]),
            "rxtx_factor": st.sampled_from([None, 1.0, 2.0]),
        },
    ),
    state=st.sampled_from(["present", "present", "present", "absent"]),
    extra_specs=st.none() | specs,
    purge_extra_specs=st.booleans(),
    access=st.none() | projects,
    purge_access=st.booleans(),
    recreate=st.booleans(),
)


@given(existing=somewhere, wanted=specs)
def test_a_plan_that_is_carried_out_leaves_what_was_planned_and_nothing_to_do(
    existing: FlavorDetails | None, wanted: FlavorSpec
) -> None:
    cloud = FakeCloud(*([existing] if existing else []))
    try:
        plan = carry_out(cloud, wanted)
    except InvalidRequest as error:
        assert cloud.calls == [] and ("recreate: true" in str(error) or str(error).startswith("access: "))
        return
    assert plan.changed == bool(cloud.calls)
    assert plan.changed or plan.before == plan.after
    if wanted.state == "absent":
        assert cloud.rows == {} and plan.after is None
        return
    (now,) = cloud.rows.values()
    assert dict(plan.after or {}, id=now.id, extra_specs=(plan.after or {}).get("extra_specs") or {}) == now.as_dict()
    assert not carry_out(cloud, wanted).changed
    if not existing:
        return
    assert now.id == existing.id, "a flavor keeps its id"
    for name in (*IMMUTABLE, "description"):
        if wanted.fields.get(name) is None:
            assert getattr(now, name) == getattr(existing, name), f"{name} was not spoken of"
    had = dict(existing.extra_specs or {})
    if not wanted.purge_extra_specs or wanted.extra_specs is None:
        assert set(had) <= set(now.extra_specs or {}), "extra_specs are not dropped unasked"
    if not wanted.purge_access or wanted.access is None:
        assert now.access is None or set(existing.access or ()) <= set(now.access), "no project loses it unasked"


def test_recreate_keeps_id_extra_specs_access_and_description() -> None:
    cloud = FakeCloud(PRIVATE)
    plan = carry_out(cloud, FlavorSpec({"name": "small", "vcpus": 4}, recreate=True, access=["p3"]))
    assert [step.action for step in plan.steps] == ["delete", "create", "set_extra_specs", "allow", "allow", "allow"]
    assert cloud.rows == {"f1": replace(PRIVATE, vcpus=4, access=("p1", "p2", "p3"))}


def test_recreate_alone_does_not_recreate() -> None:
    cloud = FakeCloud(SMALL)
    assert not carry_out(cloud, FlavorSpec(FIELDS, recreate=True)).changed
    assert carry_out(cloud, FlavorSpec({"name": "small", "description": "new"}, recreate=True)).changed
    assert cloud.calls == ["describe"]


def test_a_rename_by_id() -> None:
    cloud = FakeCloud(SMALL)
    with pytest.raises(InvalidRequest, match="name from small to tiny in place; set recreate: true"):
        carry_out(cloud, FlavorSpec({"id": "f1", "name": "tiny"}), "f1")
    carry_out(cloud, FlavorSpec({"id": "f1", "name": "tiny"}, recreate=True), "f1")
    assert cloud.rows == {"f1": replace(SMALL, name="tiny")}


EVERY = FlavorSpec(
    {**FIELDS, "is_public": False, "description": "new"},
    extra_specs={"a": "9", "c": "3"},
    purge_extra_specs=True,
    access=["p1", "p3"],
    purge_access=True,
)


@pytest.mark.parametrize("call", ["set_extra_specs", "allow", "forbid"])
@pytest.mark.parametrize("error", [ResponseLost("lost"), ServerError("500"), InvalidResponse("html")], ids=repr)
def test_a_lost_response_is_decided_by_the_state(call: str, error: CloudError) -> None:
    cloud = FakeCloud(PRIVATE)
    cloud.fail[call], cloud.after = [error], True
    carry_out(cloud, EVERY)
    assert cloud.calls.count(call) == 1, "a POST is not sent again"
    assert not carry_out(cloud, EVERY).changed
    cloud = FakeCloud(PRIVATE)
    cloud.fail[call] = [error]
    with pytest.raises(PartialFailure, match=str(error)):
        carry_out(cloud, EVERY)


@pytest.mark.parametrize("own", ["f9", None])
def test_a_flavor_whose_making_was_not_answered(own: str | None) -> None:
    wanted = replace(EVERY, fields={**EVERY.fields, "id": own})
    cloud = FakeCloud()
    cloud.fail["create"], cloud.after = [ResponseLost("lost")], True
    carry_out(cloud, wanted)
    assert list(cloud.rows) == [own or "made"] and cloud.calls.count("create") == 1
    assert not carry_out(cloud, wanted).changed
    cloud = FakeCloud()
    cloud.fail["create"] = [ResponseLost("lost")]
    with pytest.raises(PartialFailure, match="lost"):
        carry_out(cloud, wanted)


@pytest.mark.parametrize("step", ["create", "set_extra_specs", "allow"])
def test_the_old_flavor_is_put_back_where_the_new_one_cannot_be_made(step: str) -> None:
    cloud = FakeCloud(PRIVATE)
    cloud.fail[step] = [BadRequest("Validation failed")]
    wanted = FlavorSpec({"name": "small", "vcpus": 9}, recreate=True, extra_specs={"hw:nonsense": "1"})
    with pytest.raises(PartialFailure, match="Validation failed.*The previous flavor was restored") as caught:
        carry_out(cloud, wanted)
    assert cloud.rows == {"f1": PRIVATE} and caught.value.completed_steps == ()


def test_an_old_flavor_that_cannot_be_restored_is_reported_whole() -> None:
    cloud = FakeCloud(PRIVATE)
    cloud.fail["create"] = [BadRequest("first"), PermissionDenied("second")]
    with pytest.raises(PartialFailure, match="first.*restoring the old flavor failed: second") as caught:
        carry_out(cloud, FlavorSpec({"name": "small", "vcpus": 9}, recreate=True))
    assert (
        "'p2'" in str(caught.value)
        and "'ram_mb': 1024" in str(caught.value)
        and caught.value.completed_steps == ("delete",)
    )


def test_completed_steps_before_a_refusal_are_reported() -> None:
    cloud = FakeCloud(PRIVATE)
    cloud.fail["allow"] = [BadRequest("Project ID p3 is not a valid project.")]
    with pytest.raises(PartialFailure) as caught:
        carry_out(cloud, EVERY)
    assert caught.value.completed_steps == ("describe new", "set_extra_specs", "unset_extra_spec b")


def test_a_deletion_that_is_refused_leaves_it_at_that() -> None:
    cloud = FakeCloud(PRIVATE)
    cloud.fail["delete"] = [PermissionDenied("not you")]
    with pytest.raises(PartialFailure, match="not you") as caught:
        carry_out(cloud, FlavorSpec({"name": "small", "vcpus": 9}, recreate=True))
    assert cloud.calls == ["delete"] and caught.value.completed_steps == () and cloud.rows == {"f1": PRIVATE}
