"""The simulator's fields of a new server are those of the SDK's models."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from simulator.huaweicloud import create, create_options


def names(m: Any, kind: str) -> set[str]:
    return set(getattr(m, kind).attribute_map.values())


def test_the_fields_of_the_models(m: Any) -> None:
    # Those that are left out make several servers of one request, or are older forms of others.
    left_out = {"batch_create_in_multi_az", "tags"}
    assert set(create.KEYS.split()) == names(m, "PrePaidServer") - left_out
    assert set(create_options.EXTEND.split()) == names(m, "PrePaidServerExtendParam")
    assert set(create_options.ROOT_KEYS.split()) == names(m, "PrePaidServerRootVolume")
    assert set(create_options.DATA_KEYS.split()) == names(m, "PrePaidServerDataVolume")


def test_the_types_of_disks(m: Any) -> None:
    documented = m.PrePaidServerDataVolume.volumetype.__doc__
    assert set(re.findall(r"- ([\w-]+)：", documented)) == set(create_options.DISKS)
