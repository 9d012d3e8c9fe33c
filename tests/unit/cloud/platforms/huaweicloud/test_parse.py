# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How responses of Huawei Cloud ECS become records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    JobPart,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    SERVER_FIELDS,
    Server,
    ServerVolume,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import parse
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.arbitrary_responses import ANYTHING, PARTIAL


def record(data: dict[str, Any]) -> Server | None:
    return parse.server(data, "huaweicloud", "cn-north-4")


def test_a_server() -> None:
    found = record(samples.HUAWEI_ACTIVE)
    assert found is not None
    assert found.flavor == Flavor("s6.small.1", "s6.small.1", 1, 1024)
    assert found.image == Image("1ce5800a-e487-4c1b-b264-3353a39e2b4b", "CentOS 7.2 64bit")
    assert (found.private_ips, found.public_ips) == (["192.168.0.203"], ["139.9.0.7"])
    assert [each.version for each in found.addresses] == [4, 4]
    assert found.addresses[0].network == "0431c5e5-bc94-4a27-8263-15815d642435"
    assert found.tags == ("__type_baremetal", "_sys_type_hcss_x", "env=prod")
    assert found.locked is False, "lockSource in the metadata is no lock"
    assert "agency_name" not in found.metadata and found.metadata["os_type"] == "Linux"
    assert (found.power_state, found.availability_zone, found.key_name) == ("running", "cn-north-4a", "kp-1")
    assert found.enterprise_project_id == "441d55a6-c6f3-4f0a-a3c8-7e6d1b2c0f5e" and found.fault is None
    assert samples.USER_DATA not in str(found.as_dict(raw=True))
    assert found.as_dict(fields=["user_data"]) == {"user_data": samples.USER_DATA}
    assert [each.port_id for each in found.addresses] == ["7ba2a5b6-9c4b-4b3c-8c1d-0c2b1d5e6f70", None]
    assert (found.project_id, found.user_id) == (samples.HUAWEI_ACTIVE["tenant_id"], samples.HUAWEI_ACTIVE["user_id"])
    assert (found.security_groups, found.host_status, found.vm_state) == (("sg-95ec",), "UP", "active")
    assert found.volumes == (
        ServerVolume("8f8bd5a0", "/dev/vda", 0, True),
        ServerVolume("9a9ce6b1", "/dev/vdb", None, False),
    )
    assert (found.reservation_id, found.root_device_name) == ("r-dh2hrf0o", "/dev/vda")
    assert (found.hypervisor_hostname, found.deleted_at, found.access_ipv4) == ("nova003@49", None, None)
    assert found.tag_map == {"__type_baremetal": "", "_sys_type_hcss_x": "", "env": "prod"}


def test_the_record_of_an_unknown_id_is_no_server() -> None:
    assert record(samples.HUAWEI_UNKNOWN) is None
    assert record({"id": "x"}) is None


@pytest.mark.parametrize("how", ["missing", "null"])
def test_every_key_but_the_id_may_be_missing_or_null(how: str) -> None:
    for key in samples.HUAWEI_ACTIVE:
        if key != "id":
            less = dict(samples.HUAWEI_ACTIVE, **{key: None})
            if how == "missing":
                del less[key]
            found = record(less)
            assert found is not None and tuple(found.as_dict()) == SERVER_FIELDS
    bare = record({"id": "x", "status": "SHUTOFF"})
    assert bare is not None and (bare.power_state, bare.tags, bare.name, bare.image) == ("stopped", (), None, Image())


def test_a_server_without_an_id_is_a_malformed_response() -> None:
    with pytest.raises(InvalidResponse, match="a server without id"):
        record({"status": "ACTIVE"})


@given(PARTIAL)
def test_a_partial_response_is_a_record_unless_its_name_is_not_a_text(data: dict[str, Any]) -> None:
    if not isinstance(data.get("name"), str | None):
        with pytest.raises(InvalidResponse, match="a server with a name that is not a string"):
            record(data)
        return
    found = record(data)
    if found is None:
        assert data.get("status") is None and data.get("name") is None
    else:
        assert tuple(found.as_dict(raw=True))[:-1] == SERVER_FIELDS


@pytest.mark.parametrize(
    ("status", "expected"),
    [("INIT", JOB_PENDING), ("RUNNING", JOB_PENDING), ("SUCCESS", JOB_SUCCEEDED), ("success", JOB_SUCCEEDED),
     ("FAIL", JOB_FAILED), ("PENDING_PAYMENT", JOB_AWAITING_PAYMENT), ("NEW", JOB_PENDING), ("", JOB_PENDING)],
)  # fmt: skip
def test_the_status_of_a_job(status: str, expected: str) -> None:
    job = parse.job(samples.huawei_job(status), "j1")
    assert (job.status, job.finished) == (expected, expected in (JOB_SUCCEEDED, JOB_FAILED))


def test_a_job_with_sub_jobs() -> None:
    data = samples.huawei_job("FAIL", ("a", "SUCCESS"), ("b", "FAIL"), error_code="Ecs.0000", fail_reason="some failed")
    failed = data["entities"]["sub_jobs"][1]
    failed.update(error_code="Ecs.0226", fail_reason=None)
    failed["entities"]["errorcode_message"] = "start failed"
    job = parse.job(data, "j1")
    assert (job.id, job.type, job.status) == ("j1", "serversAction", JOB_FAILED)
    assert (job.code, job.message, job.end_time) == ("Ecs.0000", "some failed", "2025-03-23T07:29:27.897Z")
    assert job.parts == (JobPart("a", JOB_SUCCEEDED), JobPart("b", JOB_FAILED, "Ecs.0226", "start failed"))


def test_a_job_of_one_server_and_one_that_runs() -> None:
    alone = {"status": "FAIL", "error_code": "Ecs.1", "fail_reason": "no", "entities": {"server_id": "a"}}
    assert parse.job(alone, "j1").parts == (JobPart("a", JOB_FAILED, "Ecs.1", "no"),)
    running = parse.job(samples.huawei_job("RUNNING"), "j1")
    assert (running.end_time, running.code, running.message, running.parts) == (None, None, None, ())
    assert running.as_dict()["finished"] is False


@given(st.dictionaries(st.sampled_from([*samples.huawei_job("FAIL"), "error_code", "fail_reason"]), ANYTHING))
def test_no_partial_job_raises(data: dict[str, Any]) -> None:
    job = parse.job(data, "j1")
    assert job.as_dict()["id"] == "j1" and job.status


@given(ANYTHING | st.fixed_dictionaries({"sub_jobs": ANYTHING, "server_id": ANYTHING}))
def test_no_entities_of_a_job_raise(entities: Any) -> None:
    for part in parse.job({"status": "FAIL", "entities": entities}, "j1").parts:
        assert part.as_dict()["status"]
