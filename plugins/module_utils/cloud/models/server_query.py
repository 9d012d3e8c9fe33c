# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The query of a list of servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerQuery:
    """The query of a list of servers. A platform applies the filters that it supports and may return more servers than
    requested, never fewer: the caller checks every server again (selection.py), because no filter is reliable."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    #: Names in shell style.
    name_patterns: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    #: Tags, ``key=*`` for any value and ``key=`` for an empty value of a key (patterns.py).
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    flavor: tuple[str, ...] = ()
    availability_zone: tuple[str, ...] = ()
    #: Parameters of the platform's own list call, sent unchanged.
    filters: tuple[tuple[str, str], ...] = ()
    all_projects: bool = False
    deleted: bool = False
    page_size: int = 1000
    #: The field to sort by, if the platform can (``Rules.sort_keys``).
    sort_key: str = "name"
    descending: bool = False
    #: Ids and names are sufficient; a platform with a faster list of those leaves the other fields empty.
    brief: bool = False
