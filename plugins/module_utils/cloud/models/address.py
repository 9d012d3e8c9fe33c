# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of servers."""

from __future__ import annotations

import ipaddress


def canonical_address(text: str) -> str:
    """The normalized form of an address; any other text as it is. Clouds write IPv6 addresses differently; an IPv4
    address has one form only."""
    if ":" not in text:
        return text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text
