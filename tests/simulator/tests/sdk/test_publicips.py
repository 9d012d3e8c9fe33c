"""Elastic IP addresses with the official SDK."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FREE = "203.0.113.201"


@pytest.fixture
def eip(connect: Callable[..., Any], credentials: Any) -> Any:
    return connect("eip", credentials)


def test_bind_and_unbind(ecs: Any, eip: Any, huaweicloud: Any, refusal: Any) -> None:
    m = eip.models
    request = ecs.models.ListServerInterfacesRequest(huaweicloud.id("web-03"))
    (nic,) = ecs.list_server_interfaces(request).interface_attachments
    (found,) = eip.list_publicips(m.ListPublicipsRequest(public_ip_address=[FREE], limit=10)).publicips

    def update(port_id: str) -> Any:
        body = m.UpdatePublicipsRequestBody(m.UpdatePublicipOption(port_id=port_id))
        return eip.update_publicip(m.UpdatePublicipRequest(found.id, body)).publicip

    bound = update(nic.port_id)
    assert (bound.port_id, bound.private_ip_address, bound.status) == (nic.port_id, "10.0.0.13", "ACTIVE")
    with pytest.raises(refusal) as caught:
        update(nic.port_id)
    assert caught.value.status_code == 409
    shown = eip.show_publicip(m.ShowPublicipRequest(found.id)).publicip
    assert (shown.public_ip_address, shown.port_id) == (FREE, nic.port_id)
    assert update("").status == "DOWN"
