# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a listing of servers is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerQuery:
    """What a listing is asked for.

    A platform uses what it can filter itself and may return more than was asked for, never less: the caller checks
    every server again (selection.py), for no filter of a server can be trusted alone.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    flavor: tuple[str, ...] = ()
    availability_zone: tuple[str, ...] = ()
    #: Parameters of the platform's own list call, sent as they are.
    filters: tuple[tuple[str, str], ...] = ()
    all_projects: bool = False
    deleted: bool = False
    page_size: int = 1000
    #: Ids and names are enough; a platform that has a cheaper list of those leaves the rest of the records empty.
    brief: bool = False
