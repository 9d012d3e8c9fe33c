"""Create, update (H07), resize and delete servers with the official SDK."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from simulator.state.ids import stable_id

PASSWORD = "Sdk-made-1@"
Wait = Callable[[str], list[Any]]


def wanted(m: Any, huaweicloud: Any, **option: Any) -> Any:
    builder = huaweicloud.sim.builders["huaweicloud"]
    vpc = next(iter(builder.networks.rows.values()))
    given = {
        "name": "sdk",
        "image_ref": next(iter(builder.images)),
        "flavor_ref": "s6.small.1",
        "vpcid": stable_id("vpc", vpc.name),
        "nics": [m.PrePaidServerNic(subnet_id=vpc.subnets[0].id)],
        "root_volume": m.PrePaidServerRootVolume(volumetype="GPSSD", size=40),
        "admin_pass": PASSWORD,
    }
    return m.PrePaidServer(**{**given, **option})


def create(ecs: Any, server: Any, token: str | None = None, dry_run: bool | None = None) -> Any:
    m = ecs.models
    body = m.CreateServersRequestBody(dry_run=dry_run, server=server)
    return ecs.create_servers(m.CreateServersRequest(x_client_token=token, body=body))


def show(ecs: Any, server_id: str) -> Any:
    return ecs.show_server(ecs.models.ShowServerRequest(server_id)).server


def code(refusal: Any, call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(refusal) as caught:
        call()
    return caught.value.status_code, caught.value.error_code


def test_create(ecs: Any, m: Any, huaweicloud: Any, wait: Wait, refusal: Any) -> None:
    server = wanted(
        m,
        huaweicloud,
        server_tags=[m.PrePaidServerTag("role", "web")],
        metadata={"team": "a"},
        description="mine",
        data_volumes=[m.PrePaidServerDataVolume(volumetype="SSD", size=20, delete_on_termination=True)],
        count=2,
        extendparam=m.PrePaidServerExtendParam(enterprise_project_id="ep1"),
        availability_zone="cn-north-4a",
        security_groups=[m.PrePaidServerSecurityGroup(id=str(uuid.uuid4()))],
    )
    token = str(uuid.uuid4())
    answer = create(ecs, server, token)
    assert create(ecs, server, token).server_ids == answer.server_ids
    assert code(refusal, lambda: show(ecs, answer.server_ids[0])) == (404, "Ecs.0114")
    assert code(refusal, lambda: create(ecs, wanted(m, huaweicloud), token)) == (400, "Ecs.0122")
    looks = wait(answer.job_id)
    assert [sub.entities.server_id for sub in looks[-1].entities.sub_jobs] == answer.server_ids
    first = show(ecs, answer.server_ids[0])
    assert (first.name, first.status, first.tags, first.description) == ("sdk-0001", "ACTIVE", ["role=web"], "mine")
    assert (first.metadata["team"], first.enterprise_project_id) == ("a", "ep1")
    assert [each.delete_on_termination for each in first.os_extended_volumesvolumes_attached] == ["true", "true"]
    assert PASSWORD not in json.dumps(huaweicloud.log())


def test_create_what_is_refused_and_what_only_would_be_made(ecs: Any, m: Any, huaweicloud: Any, refusal: Any) -> None:
    answer = create(ecs, wanted(m, huaweicloud), dry_run=True)
    assert (answer.status_code, answer.job_id, answer.server_ids) == (202, None, None)
    assert code(refusal, lambda: create(ecs, wanted(m, huaweicloud, flavor_ref="x"), dry_run=True)) == (400, "Ecs.0029")
    assert code(refusal, lambda: create(ecs, wanted(m, huaweicloud), "x")) == (400, "Ecs.0123")


def test_create_with_every_option_of_the_models(ecs: Any, m: Any, huaweicloud: Any, wait: Wait, refusal: Any) -> None:
    """A port, IPv6, disks with a performance and a key, a dedicated host, spot; auto-recovery needs another server."""
    builder = huaweicloud.sim.builders["huaweicloud"]
    port, key = next(iter(builder.ports.rows.values())), str(uuid.uuid4())
    subnet_id = next(iter(builder.networks.rows.values())).subnets[0].id
    performance = {"volumetype": "GPSSD2", "size": 20, "iops": 3000, "throughput": 125}
    server = wanted(
        m,
        huaweicloud,
        nics=[
            m.PrePaidServerNic(port_id=port.id),
            m.PrePaidServerNic(subnet_id=subnet_id, ipv6_enable=True, ipv6_bandwidth=m.PrePaidServerIpv6Bandwidth(key)),
        ],
        root_volume=m.PrePaidServerRootVolume(
            **performance, metadata=m.PrePaidServerRootVolumeMetadata(system__encrypted="1", system__cmkid=key)
        ),
        data_volumes=[m.PrePaidServerDataVolume(**performance, multiattach=True)],
        osscheduler_hints=m.PrePaidServerSchedulerHints(tenancy="dedicated", dedicated_host_id=key),
        extendparam=m.PrePaidServerExtendParam(
            market_type="spot",
            spot_price="0.5",
            interruption_policy="immediate",
            spot_duration_hours=6,
            spot_duration_count=2,
        ),
    )
    answer = create(ecs, server)
    wait(answer.job_id)
    shown = show(ecs, answer.server_ids[0])
    assert shown.metadata["charging_mode"] == "2"
    assert shown.osscheduler_hints.dedicated_host_id == [key] and shown.osscheduler_hints.tenancy == ["dedicated"]
    ((first, *others),) = shown.addresses.values()
    assert (first.addr, first.os_ext_ip_sport_id) == (port.ip, port.id)
    assert [one.version for one in others] == ["4", "6"]
    extend = m.PrePaidServerExtendParam(support_auto_recovery=True)
    assert create(ecs, wanted(m, huaweicloud, name="safe", extendparam=extend)).job_id
    extend = m.PrePaidServerExtendParam(support_auto_recovery=True, market_type="spot")
    assert code(refusal, lambda: create(ecs, wanted(m, huaweicloud, extendparam=extend))) == (400, "Ecs.0005")


def test_a_yearly_one(ecs: Any, m: Any, huaweicloud: Any) -> None:
    extend = m.PrePaidServerExtendParam(charging_mode="prePaid", period_type="year", period_num=1)
    answer = create(ecs, wanted(m, huaweicloud, extendparam=extend))
    assert answer.order_id
    assert ecs.show_job(m.ShowJobRequest(answer.job_id)).status == "PENDING_PAYMENT"


def test_the_older_call(ecs: Any, m: Any, huaweicloud: Any, wait: Wait) -> None:
    given = wanted(m, huaweicloud)
    server = m.PostPaidServer(
        name="old",
        image_ref=given.image_ref,
        flavor_ref=given.flavor_ref,
        vpcid=given.vpcid,
        admin_pass=PASSWORD,
        nics=[m.PostPaidServerNic(subnet_id=given.nics[0].subnet_id)],
        root_volume=m.PostPaidServerRootVolume(volumetype="SAS"),
    )
    answer = ecs.create_post_paid_servers(
        m.CreatePostPaidServersRequest(body=m.CreatePostPaidServersRequestBody(server=server))
    )
    wait(answer.job_id)
    assert show(ecs, answer.server_ids[0]).name == "old"


def test_update(ecs: Any, m: Any, huaweicloud: Any, refusal: Any, calls: Callable[[], list[Any]]) -> None:
    server_id = huaweicloud.id("web-01")

    def update(**option: Any) -> Any:
        body = m.UpdateServerRequestBody(server=m.UpdateServerOption(**option))
        return ecs.update_server(m.UpdateServerRequest(server_id, body)).server

    changed = update(name="front-1", description="first", hostname="front-1.example")
    assert (changed.id, changed.name, changed.description) == (server_id, "front-1", "first")
    assert show(ecs, server_id).os_ext_srv_att_rhostname == "front-1.example"
    assert code(refusal, lambda: update(name="a b")) == (400, "Ecs.0005")
    assert calls() == ["H07", "H01", "H07"]


def test_tags(ecs: Any, m: Any, huaweicloud: Any, refusal: Any) -> None:
    server_id = huaweicloud.id("web-01")

    def add(*tags: Any) -> Any:
        body = m.BatchCreateServerTagsRequestBody(action="create", tags=list(tags))
        return ecs.batch_create_server_tags(m.BatchCreateServerTagsRequest(server_id, body))

    assert add(m.ServerTag("role", "db"), m.ServerTag("spot", "")).status_code == 204
    body = m.BatchDeleteServerTagsRequestBody(action="delete", tags=[m.ServerTag("env", "demo")])
    assert ecs.batch_delete_server_tags(m.BatchDeleteServerTagsRequest(server_id, body)).status_code == 204
    shown = ecs.show_server_tags(m.ShowServerTagsRequest(server_id)).tags
    assert [(tag.key, tag.value) for tag in shown] == [("role", "db"), ("spot", "")]
    assert code(refusal, lambda: add(m.ServerTag("k" * 37, ""))) == (400, "Ecs.0905")


def test_metadata(ecs: Any, m: Any, huaweicloud: Any) -> None:
    server_id = huaweicloud.id("web-01")
    body = m.UpdateServerMetadataRequestBody(metadata={"team": "a", "old": "1"})
    assert ecs.update_server_metadata(m.UpdateServerMetadataRequest(server_id, body)).metadata["team"] == "a"
    ecs.delete_server_metadata(m.DeleteServerMetadataRequest("old", server_id))
    assert "old" not in show(ecs, server_id).metadata and show(ecs, server_id).metadata["team"] == "a"


@pytest.mark.parametrize(
    ("name", "mode", "end"), [("batch-01", None, "SHUTOFF"), ("web-01", "withStopServer", "ACTIVE")]
)
def test_resize(
    ecs: Any, m: Any, huaweicloud: Any, wait: Wait, refusal: Any, name: str, mode: str | None, end: str
) -> None:
    server_id = huaweicloud.id(name)

    def resize(flavor: str) -> Any:
        option = m.ResizePrePaidServerOption(flavor_ref=flavor, mode=mode)
        return ecs.resize_server(m.ResizeServerRequest(server_id, m.ResizeServerRequestBody(resize=option)))

    wait(resize("s6.large.2").job_id)
    server = show(ecs, server_id)
    assert (server.flavor.id, server.status) == ("s6.large.2", end)
    assert code(refusal, lambda: resize("s6.large.2")) == (400, "Ecs.0810")


@pytest.mark.parametrize(
    ("paid", "status"), [("true", "SUCCESS"), ("false", "PENDING_PAYMENT"), (None, "PENDING_PAYMENT")]
)
def test_the_order_of_a_resize(ecs: Any, m: Any, huaweicloud: Any, wait: Wait, paid: str | None, status: str) -> None:
    server = huaweicloud.sim.fleets["huaweicloud"].find("batch-01")
    server.prepaid = True
    option = m.ResizePrePaidServerOption(
        flavor_ref="s6.large.2", extendparam=m.ResizeServerExtendParam(is_auto_pay=paid) if paid else None
    )
    answer = ecs.resize_server(m.ResizeServerRequest(server.id, m.ResizeServerRequestBody(resize=option)))
    assert answer.order_id.startswith("CS")
    if status == "SUCCESS":
        wait(answer.job_id)
    assert ecs.show_job(m.ShowJobRequest(answer.job_id)).status == status


def test_delete(ecs: Any, m: Any, huaweicloud: Any, wait: Wait, refusal: Any) -> None:
    ids = [huaweicloud.id("web-01"), huaweicloud.id("vault-01")]

    def delete() -> Any:
        body = m.DeleteServersRequestBody(
            delete_publicip=True, delete_volume=True, servers=[m.ServerId(server_id) for server_id in ids]
        )
        return ecs.delete_servers(m.DeleteServersRequest(body))

    last = wait(delete().job_id)[-1]
    assert (last.status, [sub.error_code for sub in last.entities.sub_jobs]) == ("FAIL", [None, "Ecs.0605"])
    assert code(refusal, lambda: show(ecs, ids[0])) == (404, "Ecs.0114")
    assert code(refusal, delete) == (404, "Ecs.0114")


def test_the_recycle_bin(ecs: Any, m: Any, huaweicloud: Any, wait: Wait, refusal: Any) -> None:
    server_id, binned = huaweicloud.id("web-01"), huaweicloud.id("binned-01")

    def listed(**option: Any) -> list[Any]:
        return list(ecs.list_recycle_bin_servers(m.ListRecycleBinServersRequest(**option)).servers)

    def switch(word: str) -> Any:
        option = m.UpdateRecycleBinOption(switch=word)
        body = m.UpdateRecycleBinReq(recycle_bin=option)
        return ecs.update_recycle_bin(m.UpdateRecycleBinRequest(body))

    def delete() -> None:
        wait(
            ecs.delete_servers(
                m.DeleteServersRequest(m.DeleteServersRequestBody(servers=[m.ServerId(server_id)]))
            ).job_id
        )

    settings = ecs.show_recycle_bin(m.ShowRecycleBinRequest())
    assert (settings.switch, settings.policy.recycle_threshold_day, settings.policy.retention_hour) == ("off", 7, 72)
    assert switch("on").status_code == 204
    policy = m.UpdateRecycleBinPolicyOption(retention_hour=24, recycle_threshold_day=1)
    request = m.UpdateRecycleBinPolicyRequest(m.UpdateRecycleBinPolicyReq(policy=policy))
    assert ecs.update_recycle_bin_policy(request).status_code == 204
    settings = ecs.show_recycle_bin(m.ShowRecycleBinRequest())
    assert (settings.switch, settings.policy.retention_hour) == ("on", 24)

    assert [server.id for server in listed()] == [binned]
    delete()
    both = {server.id: server.status for server in listed(limit=10)}
    assert both == dict.fromkeys((server_id, binned), "SOFT_DELETED")
    (one,) = listed(name="web", availability_zone="cn-north-4a")
    assert one.os_srv_us_gterminated_at and one.tags == ["role=web", "env=demo"]
    first = listed(limit=1)
    assert {server.id for server in first + listed(limit=1, marker=first[0].id)} == {server_id, binned}
    assert code(refusal, lambda: show(ecs, server_id)) == (404, "Ecs.0114")
    assert (
        code(refusal, lambda: listed(marker="nobody")) == code(refusal, lambda: listed(limit=1001)) == (400, "Ecs.0005")
    )

    restore = m.RevertRecycleBinServerRequest(server_id)
    wait(ecs.revert_recycle_bin_server(restore).job_id)
    assert show(ecs, server_id).status == "SHUTOFF" and [server.id for server in listed()] == [binned]
    assert code(refusal, lambda: ecs.revert_recycle_bin_server(restore)) == (404, "Ecs.0114")
    wait(ecs.delete_recycle_bin_server(m.DeleteRecycleBinServerRequest(binned)).job_id)
    assert listed() == []
    purge = m.DeleteRecycleBinServerRequest(server_id)
    assert code(refusal, lambda: ecs.delete_recycle_bin_server(purge)) == (404, "Ecs.0114")
    switch("off")
    delete()
    assert listed() == [], "it is deleted permanently"
