# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a resize on huaweicloud: its payment, the flavors to choose from, and those that are sold out."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.huaweicloud_servers import RESIZE

huaweicloud = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
OTHERS = "list resize flavors"
NOT_FOR_IT = {"error": {"code": "Ecs.0029", "message": "This flavor is not for this server."}}
#: The flavors on sale in the zone of web-01, whose own is s6.small.1.
TO_CHOOSE = "can be resized to: c7.large.2, s6.large.2, x1.2u.4g"


def resize(bench: Bench, name: str = "web-01", flavor: str = "s6.large.2", **options: Any) -> dict[str, Any]:
    return bench.call("server", name=name, flavor=flavor, **{"resize": "offline", **options})


@huaweicloud
@pytest.mark.parametrize(("auto_pay", "extendparam"), [(True, {"isAutoPay": "true"}), (False, None)])
def test_the_order_of_a_prepaid_server(bench: Bench, auto_pay: bool, extendparam: Any) -> None:
    bench.change("batch-01", prepaid=True)
    done = resize(bench, "batch-01", auto_pay=auto_pay)
    (row,) = bench.requests(RESIZE)
    assert (row["path"].split("/")[1], row["body"]["resize"].get("extendparam")) == ("v1.1", extendparam)
    if auto_pay:
        assert outcome(done, "batch-01")["outcome"] == "done" and done["server"]["flavor"]["id"] == "s6.large.2"
        assert not resize(bench, "batch-01", auto_pay=True)["changed"]
    else:
        assert outcome(done, "batch-01")["outcome"] == "awaiting_payment"
        says(done, "waits for payment", "Set auto_pay: true")


@huaweicloud
def test_a_pay_per_use_server_has_no_order(bench: Bench) -> None:
    assert "warnings" not in resize(bench, auto_pay=True)
    assert "extendparam" not in bench.requests(RESIZE)[0]["body"]["resize"]


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_elsewhere_it_has_no_effect(bench: Bench) -> None:
    (medium,) = [
        each["name"] for each in bench.call("flavor_info")["flavors"] if each["name"] in ("2C-4G", "m1.medium")
    ]
    done = resize(bench, flavor=medium, auto_pay=True)
    assert done["changed"] and "has no option auto_pay" in done["warnings"][0]
    assert "warnings" not in resize(bench, flavor=medium, auto_pay=True), "nothing is resized"


@huaweicloud
@pytest.mark.parametrize(
    ("name", "flavor", "words"),
    [
        ("web-04", "c7.large.2", "c7.large.2 is sold out in cn-north-4b; it is sold in cn-north-4a"),
        ("web-01", "s3.medium.2", "s3.medium.2 is no longer sold in cn-north-4a"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_flavor_that_is_not_on_sale(bench: Bench, check: bool, name: str, flavor: str, words: str) -> None:
    with nothing_done(bench):
        refused(bench.call("server", check=check, name=name, flavor=flavor, resize="offline"), words)
    assert bench.requests(RESIZE) == bench.requests(OTHERS) == []


@huaweicloud
@pytest.mark.parametrize("check", [True, False])
def test_a_flavor_that_is_not_found(bench: Bench, check: bool) -> None:
    with nothing_done(bench):
        found = bench.call("server", check=check, name="web-01", flavor="s6.larg.2", resize="offline")
        refused(found, "s6.larg.2", "of the flavor s6.small.1 in cn-north-4a " + TO_CHOOSE)
    assert len(bench.requests(OTHERS)) == 1


@huaweicloud
def test_a_flavor_that_is_not_found_for_a_new_server(bench: Bench) -> None:
    result = bench.call("server", name="new-1", flavor="s6.larg.2", image="EulerOS 2.9 64bit")
    assert "can be resized" not in result["msg"] and bench.requests(OTHERS) == []


@huaweicloud
def test_a_refused_order(bench: Bench) -> None:
    bench.fault(RESIZE, status=400, body=NOT_FOR_IT)
    done = bench.call("server", select={"names": ["web-01", "web-02"]}, flavor="s6.large.2", resize="offline")
    for name in ("web-01", "web-02"):
        assert TO_CHOOSE in outcome(done, name)["hint"]
    assert len(bench.requests(OTHERS)) == 1, "both have the same flavor and the same zone"


@huaweicloud
@pytest.mark.parametrize(
    ("status", "code"), [(400, "Ecs.0100"), (409, "Ecs.0100"), (501, "Ecs.0603"), (403, "Pdp.0001"), (404, "Ecs.0114")]
)
def test_a_refusal_that_does_not_concern_the_flavor(bench: Bench, status: int, code: str) -> None:
    bench.fault(RESIZE, status=status, body={"error": {"code": code, "message": "It is not possible."}})
    assert resize(bench)["failed"] and bench.requests(OTHERS) == []


@huaweicloud
def test_a_job_that_fails(bench: Bench) -> None:
    bench.fault(RESIZE, job={"status": "FAIL", "reason": "no room"})
    done = resize(bench)
    assert done["failed"] and TO_CHOOSE in outcome(done, "web-01")["hint"]
    says(done, "no room")


@huaweicloud
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"text": "{"}, {"reset": "before"}])
def test_a_list_that_cannot_be_read_hides_no_error(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault(OTHERS, **fault)
    refused(resize(bench, flavor="s6.larg.2"), "no flavor that this project may use", "s6.larg.2")
    bench.fault(RESIZE, status=400, body=NOT_FOR_IT)
    assert "not for this server" in outcome(resize(bench), "web-01")["message"]


# -- flavor_info ------------------------------------------------------------------------------------------------------


@huaweicloud
def test_the_flavors_of_a_server_are_listed(bench: Bench) -> None:
    def names(**options: Any) -> list[str]:
        return [flavor["name"] for flavor in bench.call("flavor_info", **options)["flavors"]]

    there = ["c7.large.2", "s6.large.2", "x1.2u.4g"]
    assert names(resizable_from="web-01") == names(resizable_from=bench.ids_of("web-01")[0]) == there
    assert names(resizable_from="db-01") == ["c7.large.2", "s6.small.1", "x1.2u.4g"]
    assert names(resizable_from="web-01", sort_key="ram_mb", limit=1) == ["c7.large.2"]
    assert names(resizable_from="web-01", id="s6.large.2") == names(resizable_from="web-01", name="s6.large.2") == [
        "s6.large.2"]  # fmt: skip
    assert names(resizable_from="web-01", is_public=False) == []
    (one,) = bench.call("flavor_info", resizable_from="web-01", name="c7.large.2")["flavors"]
    assert one["extra_specs"]["cond:operation:az"] == "cn-north-4a(normal),cn-north-4b(sellout)"


@huaweicloud
@pytest.mark.parametrize("server", ["nobody", "twin", "", "6f0c1de2-0000-4000-8000-000000000000"])
def test_the_flavors_of_a_server_that_is_not_one(bench: Bench, server: str) -> None:
    assert bench.call("flavor_info", resizable_from=server)["failed"] and bench.requests(OTHERS) == []


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"], indirect=True)
def test_elsewhere_there_is_no_such_list(bench: Bench) -> None:
    with nothing_done(bench):
        refused(bench.call("flavor_info", resizable_from="web-01"), "resize_flavors", "without resizable_from")
