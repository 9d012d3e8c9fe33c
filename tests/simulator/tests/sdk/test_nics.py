"""The interfaces of servers with the official SDK."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

Wait = Callable[[str], list[Any]]


def listed(ecs: Any, server_id: str) -> list[Any]:
    return list(ecs.list_server_interfaces(ecs.models.ListServerInterfacesRequest(server_id)).interface_attachments)


def test_one_comes_and_goes(ecs: Any, m: Any, huaweicloud: Any, wait: Wait, refusal: Any) -> None:
    (vpc,) = huaweicloud.sim.builders["huaweicloud"].networks.rows.values()
    server_id = huaweicloud.id("web-03")
    (primary,) = listed(ecs, server_id)
    nic = m.BatchAddServerNicOption(
        subnet_id=vpc.subnets[1].id,
        ip_address="10.3.0.9",
        security_groups=[m.ServerNicSecurityGroup(id=str(uuid.uuid4()))],
        ipv6_enable=False,
    )
    answer = ecs.batch_add_server_nics(
        m.BatchAddServerNicsRequest(server_id, m.BatchAddServerNicsRequestBody(nics=[nic]))
    )
    (sub,) = wait(answer.job_id)[-1].entities.sub_jobs
    second = listed(ecs, server_id)[1]
    assert (second.port_id, second.fixed_ips[0].ip_address) == (sub.entities.nic_id, "10.3.0.9")

    def remove(port_id: str) -> Any:
        body = m.BatchDeleteServerNicsRequestBody(nics=[m.BatchDeleteServerNicOption(id=port_id)])
        return ecs.batch_delete_server_nics(m.BatchDeleteServerNicsRequest(server_id, body))

    with pytest.raises(refusal) as caught:
        remove(primary.port_id)
    assert caught.value.status_code == 403
    assert wait(remove(second.port_id).job_id)[-1].status == "SUCCESS"
    assert [each.port_id for each in listed(ecs, server_id)] == [primary.port_id]


def test_a_port(ecs: Any, m: Any, huaweicloud: Any, wait: Wait) -> None:
    spare = next(iter(huaweicloud.sim.builders["huaweicloud"].ports.rows))
    nic = m.BatchAddServerNicOption(port_id=spare)
    answer = ecs.batch_add_server_nics(
        m.BatchAddServerNicsRequest(huaweicloud.id("web-03"), m.BatchAddServerNicsRequestBody(nics=[nic]))
    )
    assert wait(answer.job_id)[-1].status == "SUCCESS"
    assert listed(ecs, huaweicloud.id("web-03"))[1].port_id == spare


@pytest.mark.filterwarnings("ignore:Method 'nova_:DeprecationWarning")
def test_security_groups(ecs: Any, m: Any, huaweicloud: Any, refusal: Any) -> None:
    server_id = huaweicloud.id("web-03")

    def groups() -> list[str]:
        return [each.name for each in ecs.show_server(m.ShowServerRequest(server_id)).server.security_groups]

    body = m.NovaAssociateSecurityGroupRequestBody(m.NovaAddSecurityGroupOption(name="web"))
    ecs.nova_associate_security_group(m.NovaAssociateSecurityGroupRequest(server_id, body))
    assert groups() == ["default", "web"]
    gone = m.NovaDisassociateSecurityGroupRequestBody(m.NovaRemoveSecurityGroupOption(name="default"))
    ecs.nova_disassociate_security_group(m.NovaDisassociateSecurityGroupRequest(server_id, gone))
    assert groups() == ["web"]
    with pytest.raises(refusal) as caught:
        ecs.nova_disassociate_security_group(m.NovaDisassociateSecurityGroupRequest(server_id, gone))
    assert caught.value.status_code == 404
