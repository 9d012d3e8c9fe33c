"""Change and reinstall the OS (H08) with the official SDK."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.state.ids import hex_id

PASSWORD = "Sdk-made-1@"
UBUNTU, CENTOS = "Ubuntu 24.04 server 64bit", "CentOS 6.5 64bit"
USER_DATA = base64.b64encode("#cloud-config\n# grün\n".encode()).decode()
Wait = Callable[[str], list[Any]]


def image_id(ims: Any, name: str) -> str:
    (image,) = ims.list_images(ims.models.ListImagesRequest(name=name)).images
    return str(image.id)


def change(ecs: Any, server_id: str, **option: Any) -> Any:
    m = ecs.models
    return ecs.change_server_os_with_cloud_init(
        m.ChangeServerOsWithCloudInitRequest(
            server_id, m.ChangeServerOsWithCloudInitRequestBody(os_change=m.ChangeServerOsWithCloudInitOption(**option))
        )
    )


def ways(m: Any) -> dict[str, dict[str, Any]]:
    return {
        "password": {"adminpass": PASSWORD},
        "key pair": {"keyname": "operators", "userid": hex_id("huaweicloud", "user", "operator")},
        "user data": {"metadata": m.ChangeSeversOsMetadata(user_data=USER_DATA)},
    }


@pytest.mark.parametrize("way", ["password", "key pair", "user data"])
@pytest.mark.parametrize(("name", "mode"), [("build-01", None), ("web-02", "withStopServer")])
def test_change(
    ecs: Any,
    m: Any,
    ims: Any,
    huaweicloud: Any,
    wait: Wait,
    calls: Callable[[], list[Any]],
    name: str,
    mode: str | None,
    way: str,
) -> None:
    answer = change(ecs, huaweicloud.id(name), imageid=image_id(ims, UBUNTU), mode=mode, **ways(m)[way])
    looks = wait(answer.job_id)
    assert list(dict.fromkeys(look.status for look in looks)) == ["INIT", "RUNNING", "SUCCESS"]
    assert (looks[-1].entities.server_id, looks[-1].entities.sub_jobs) == (huaweicloud.id(name), None)
    assert answer.status_code == 200
    server = ecs.show_server(m.ShowServerRequest(huaweicloud.id(name))).server
    assert (server.image.id, server.status, server.metadata["image_name"]) == (image_id(ims, UBUNTU), "ACTIVE", UBUNTU)
    assert server.key_name == ("operators" if way == "key pair" else None)
    if way == "user data":
        assert server.os_ext_srv_att_ruser_data == USER_DATA
    assert calls() == ["list images", "H08"] + ["H09"] * len(looks) + ["H01", "list images"]
    assert PASSWORD not in json.dumps(huaweicloud.log()) and USER_DATA not in json.dumps(huaweicloud.log())


def test_refused_changes(ecs: Any, m: Any, ims: Any, huaweicloud: Any, refusal: Any) -> None:
    ubuntu, centos = image_id(ims, UBUNTU), image_id(ims, CENTOS)
    by_password, by_key = ways(m)["password"], ways(m)["key pair"]
    stopped = "build-01"
    for name, option, code in (
        ("web-01", {"imageid": ubuntu, **by_password}, "Ecs.0100"),  # it runs
        (stopped, {"imageid": "nobody", **by_password}, "Ecs.0031"),
        (stopped, {"imageid": centos, **by_password}, "Ecs.0005"),  # without cloud-init
        (stopped, {"imageid": ubuntu}, "Ecs.0005"),
        (stopped, {"imageid": ubuntu, **by_password, **by_key}, "Ecs.0005"),
        (stopped, {"imageid": ubuntu, "keyname": "nobody", "userid": by_key["userid"]}, "Ecs.0314"),
        (stopped, {"imageid": ubuntu, "keyname": "operators"}, "Ecs.0005"),
        (stopped, {"imageid": ubuntu, "adminpass": "weak"}, "Ecs.0011"),
        (stopped, {"imageid": ubuntu, "metadata": m.ChangeSeversOsMetadata(user_data="not base64")}, "Ecs.0005"),
        ("vault-01", {"imageid": ubuntu, **by_password}, "Ecs.0605"),
    ):
        with pytest.raises(refusal) as caught:
            change(ecs, huaweicloud.id(name), **option)
        assert (caught.value.status_code, caught.value.error_code) == (400, code), option


def test_an_order_that_waits_for_payment(ecs: Any, m: Any, ims: Any, huaweicloud: Any) -> None:
    huaweicloud.change("build-01", prepaid=True)
    ubuntu = image_id(ims, UBUNTU)
    answer = change(ecs, huaweicloud.id("build-01"), imageid=ubuntu, adminpass=PASSWORD, is_auto_pay="false")
    assert ecs.last["order_id"]
    job = ecs.show_job(m.ShowJobRequest(answer.job_id))
    assert (job.status, job.entities.server_id) == ("PENDING_PAYMENT", huaweicloud.id("build-01"))


def test_without_cloud_init(ecs: Any, m: Any, ims: Any, huaweicloud: Any, wait: Wait) -> None:
    option = m.ChangeServerOsWithoutCloudInitOption(adminpass=PASSWORD, imageid=image_id(ims, CENTOS))
    answer = ecs.change_server_os_without_cloud_init(
        m.ChangeServerOsWithoutCloudInitRequest(
            huaweicloud.id("build-01"), m.ChangeServerOsWithoutCloudInitRequestBody(os_change=option)
        )
    )
    assert wait(answer.job_id)[-1].status == "SUCCESS"
    assert huaweicloud.seen("build-01")["image"]["name"] == CENTOS


def test_reinstallation(ecs: Any, m: Any, huaweicloud: Any, wait: Wait) -> None:
    before = huaweicloud.seen("build-01")["image"]
    option = m.ReinstallServerWithCloudInitOption(adminpass=PASSWORD)
    answer = ecs.reinstall_server_with_cloud_init(
        m.ReinstallServerWithCloudInitRequest(
            huaweicloud.id("build-01"), m.ReinstallServerWithCloudInitRequestBody(os_reinstall=option)
        )
    )
    assert wait(answer.job_id)[-1].status == "SUCCESS"
    assert (huaweicloud.seen("build-01")["image"], huaweicloud.seen("build-01")["password_changes"]) == (before, 1)
