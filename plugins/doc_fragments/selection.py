# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which servers a task is about."""

    DOCUMENTATION = r"""
options:
  ids:
    description:
      - Servers with one of these ids.
    type: list
    elements: str
  ips:
    description:
      - Servers with one of these addresses, private or public, IPv4 or IPv6.
    type: list
    elements: str
  tags:
    description:
      - Servers with all of these tags, each V(key) or V(key=value).
      - "Also a mapping, in which V(role: web) stands for V(role=web)."
      - On V(ustack), and below microversion 2.26, servers have no tags and their metadata stands for them.
    type: raw
  not_tags:
    description:
      - Leaves out servers with any of these tags, written as in O(tags).
      - It only narrows the selection. In a module that changes something it needs an option that chooses, such as
        O(all=true).
    type: raw
  status:
    description:
      - Servers in one of these statuses, such as V(ACTIVE), or power states, such as V(running).
      - A word that is neither is an error that lists them.
    type: list
    elements: str
  flavor:
    description:
      - Servers of one of these flavors, by id or name.
    type: list
    elements: str
  availability_zone:
    description:
      - Servers in one of these availability zones.
    type: list
    elements: str
  query:
    description:
      - A JMESPath expression over the list of the records that M(cloudserver.compute.server_info) returns. It gives
        a list of records or of ids.
      - It is asked of the servers that the other options left.
      - Needs the Python library C(jmespath).
    type: str
  filters:
    description:
      - Parameters for the platform's own list call, sent as they are, such as C(enterprise_project_id) or
        C(reservation_id) on V(huaweicloud) and C(host) or C(image) on the others.
      - They only narrow the selection. In a module that changes something they need an option that chooses, such as
        O(all=true).
      - A cloud ignores a parameter that it does not know, and Nova also one that the user may not use, such as C(host)
        of a user who is no administrator. What the records of servers show (C(host), C(availability_zone), C(key_name),
        C(locked), C(task_state), C(uuid), tags) is therefore checked again, and it is an error where the cloud does
        not show it to the user.
      - For other parameters that not every user may use, modules that change something require O(max_targets).
    type: dict
  all:
    description:
      - Every server of the project and region. O(not_tags) and O(filters) narrow it; it contradicts the other options
        that choose.
    type: bool
    default: false
  all_projects:
    description:
      - Looks at the servers of all projects. Only for administrators, and not on V(huaweicloud).
    type: bool
    default: false
  missing:
    description:
      - What happens when no server has an id, name or address of the selection.
      - By default M(cloudserver.compute.server_info) reports it in its result, and modules that change something
        V(fail).
    type: str
    choices: [fail, ignore]
  duplicates:
    description:
      - What happens when several servers have a name of O(names).
    type: str
    choices: [fail, allow]
    default: fail
  min_targets:
    description:
      - Fails, and does nothing, when the selection finds fewer servers than this.
      - A module that changes something warns when the selection finds none; V(0) says that this is expected.
    type: int
  max_targets:
    description:
      - Fails, and does nothing, when the selection finds more servers than this.
    type: int
  page_size:
    description:
      - How many servers to ask for at once, 1 to 1000. Smaller pages are slower, and help with a cloud that answers
        late.
    type: int
    default: 1000
notes:
  - The options that choose servers combine with AND, the values of one with OR, those of O(tags) with AND. At least one
    is required. O(not_tags) and O(filters) alone are enough only where servers are listed, and not where something is
    done to them.
"""

    # Not in the others, for a module may have an option name of its own.
    NAMES = r"""
options:
  names:
    description:
      - Servers with exactly one of these names.
    type: list
    elements: str
    aliases: [name, server]
"""
