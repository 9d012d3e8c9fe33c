# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that may hold anything, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "addr": ANYTHING | st.ip_addresses().map(str),
        "version": ANYTHING | st.sampled_from([4, 6, "4", "6"]),
        "OS-EXT-IPS:type": ANYTHING | st.sampled_from(["fixed", "floating"]),
        "OS-EXT-IPS-MAC:mac_addr": ANYTHING | st.sampled_from(["fa:1", "fa:2"]),
    },
)
ADDRESSES = ANYTHING | st.dictionaries(st.text(), ANYTHING | st.lists(ENTRY | ANYTHING))
PARTIAL = st.fixed_dictionaries(
    {"id": st.text(min_size=1)},
    optional={key: ANYTHING for key in [*samples.HUAWEI_ACTIVE, *samples.EASYSTACK_IN_ERROR] if key != "id"}
    | {"addresses": ADDRESSES},
)
