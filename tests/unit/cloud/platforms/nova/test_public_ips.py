# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests bind, make and release a floating IP address."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import FixedIp, Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import public_ips

SERVER = Server("s1", "openstack", name="web")


URL = "https://network.example.com"
#: Only what these requests ask for.
API: Any = SimpleNamespace(session=SimpleNamespace(auth=SimpleNamespace(endpoint=lambda service: URL)))


@pytest.fixture(autouse=True)
def _ports(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = {"s1": [Interface(port_id="p1", fixed_ips=(FixedIp("10.0.0.5"),))]}
    monkeypatch.setattr(public_ips.NovaInterfaces, "list", lambda self, ids: ports)


@pytest.mark.parametrize("revision", [None, 0, 7])
def test_an_address_is_bound_only_as_it_was_read(revision: int | None) -> None:
    known = {"id": "f1", "address": "203.0.113.5", "fixed_address": "10.0.0.5"}
    request = public_ips.bind_public_ip(API, SERVER, known if revision is None else {**known, "revision": revision})
    assert (request.method, request.url) == ("PUT", URL + "/v2.0/floatingips/f1")
    assert request.body == {"floatingip": {"port_id": "p1", "fixed_ip_address": "10.0.0.5"}}
    assert request.headers == ({} if revision is None else {"If-Match": "revision_number=%d" % revision})
    # The second of two requests for one revision is refused.
    assert request.is_retry_safe is (None if revision is None else False)
