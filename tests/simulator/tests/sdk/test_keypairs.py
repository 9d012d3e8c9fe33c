"""Key pairs of the Nova interface as the official SDK keeps them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.state.ids import hex_id

# The SDK calls this interface deprecated; without python-dateutil it leaves times as texts.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Method 'nova_:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Unable to convert string to datetime:ImportWarning"),
]
PAGED = "compute 2.35"


def create(ecs: Any, version: str | None = None, **option: Any) -> Any:
    m = ecs.models
    return ecs.nova_create_keypair(
        m.NovaCreateKeypairRequest(
            open_stack_api_version=version, body=m.NovaCreateKeypairRequestBody(m.NovaCreateKeypairOption(**option))
        )
    )


def names(ecs: Any, **query: Any) -> list[str]:
    listed = ecs.nova_list_keypairs(ecs.models.NovaListKeypairsRequest(**query)).keypairs
    return [row.keypair.name for row in listed]


def test_life(ecs: Any, m: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    made = create(ecs, name="sdk-made")
    assert (made.status_code, made.keypair.name) == (200, "sdk-made")
    assert made.keypair.user_id == hex_id("huaweicloud", "user", "operator")
    assert made.keypair.private_key.startswith("-----BEGIN ") and made.keypair.public_key.startswith("ssh-rsa ")
    assert names(ecs) == ["operators", "sdk-made"]
    shown = ecs.nova_show_keypair(m.NovaShowKeypairRequest(keypair_name="sdk-made")).keypair
    assert (shown.fingerprint, shown.public_key) == (made.keypair.fingerprint, made.keypair.public_key)
    assert isinstance(shown.id, int) and shown.deleted is False and shown.created_at
    assert ecs.nova_delete_keypair(m.NovaDeleteKeypairRequest(keypair_name="sdk-made")).status_code == 202
    assert names(ecs) == ["operators"]
    assert calls() == ["create keypair", "list keypairs", "show keypair", "delete keypair", "list keypairs"]
    assert made.keypair.private_key not in json.dumps(huaweicloud.log())


def test_import(ecs: Any, m: Any, calls: Callable[[], list[Any]]) -> None:
    key = ecs.nova_show_keypair(m.NovaShowKeypairRequest(keypair_name="operators")).keypair.public_key
    made = create(ecs, name="imported", public_key=key)
    assert (made.keypair.public_key, made.keypair.private_key) == (key, None)
    assert calls() == ["show keypair", "import keypair"]


def test_pages_and_types_of_newer_microversions(ecs: Any, m: Any) -> None:
    for number in range(4):
        assert create(ecs, "compute 2.2", name="page-%d" % number, type="ssh").keypair.type == "ssh"
    seen: list[str] = []
    while page := names(ecs, limit=2, marker=seen[-1] if seen else None, open_stack_api_version=PAGED):
        seen += page
    assert seen == ["operators", "page-0", "page-1", "page-2", "page-3"]


def test_refusals(ecs: Any, m: Any, refusal: Any) -> None:
    """The errors of Nova: the code is the status, one level down."""
    asked: list[tuple[Callable[[], Any], int]] = [
        (lambda: create(ecs, name="operators"), 409),
        (lambda: create(ecs, name="bad/name"), 400),
        (lambda: create(ecs, name="junk", public_key="junk"), 400),
        (lambda: ecs.nova_show_keypair(m.NovaShowKeypairRequest(keypair_name="nobody")), 404),
        (lambda: ecs.nova_delete_keypair(m.NovaDeleteKeypairRequest(keypair_name="nobody")), 404),
    ]
    for ask, status in asked:
        with pytest.raises(refusal) as caught:
            ask()
        assert (caught.value.status_code, caught.value.error_code) == (status, status)
        assert caught.value.error_msg
