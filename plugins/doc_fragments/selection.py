# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that select servers."""

    DOCUMENTATION = r"""
options:
  ids:
    description:
      - Servers with one of these ids.
    type: list
    elements: str
  name_patterns:
    description:
      - Servers with a name that matches one of these patterns in shell style. C(*) matches any characters, C(?) one
        character, and C([ab]) one of a set. Upper and lower case differ.
    type: list
    elements: str
  ips:
    description:
      - Servers with one of these addresses, private or public, IPv4 or IPv6.
      - Also networks such as V(10.0.0.0/24), and ranges such as V(10.0.0.5-10.0.0.9). For these the module reads the
        complete list of the cloud.
    type: list
    elements: str
  tags:
    description:
      - Servers with all of these tags, each V(key) or V(key=value). Only a tag with exactly this text matches.
      - V(key=*) matches every tag with this key, with any value or without one. V(key=) matches an empty value.
      - "Also a mapping, where V(role: web) means V(role=web)."
      - On V(ustack), and below microversion 2.26, servers have no tags. The module uses their metadata as tags.
    type: raw
  not_tags:
    description:
      - Excludes servers with any of these tags, in the format of O(tags).
      - It only narrows the selection. A module that changes servers also needs an option that selects servers, such as
        O(all=true).
    type: raw
  status:
    description:
      - Servers in one of these statuses, such as V(ACTIVE), or power states, such as V(running).
      - Any other word is an error. The message lists the valid words.
    type: list
    elements: str
  flavor:
    description:
      - Servers with one of these flavors, by id or name.
    type: list
    elements: str
  availability_zone:
    description:
      - Servers in one of these availability zones.
    type: list
    elements: str
  query:
    description:
      - A JMESPath expression over the list of records that M(cloudserver.compute.server_info) returns. Its result is a
        list of records or of ids.
      - It is applied to the servers that the other options selected.
      - Needs the Python library C(jmespath).
    type: str
  filters:
    description:
      - Query parameters of the platform's list call, sent without a change. Examples are C(enterprise_project_id) and
        C(reservation_id) on V(huaweicloud), and C(host) and C(image) on the other platforms.
      - They only narrow the selection. A module that changes servers also needs an option that selects servers, such as
        O(all=true).
      - A cloud ignores an unknown parameter. Nova also ignores a parameter that the user is not permitted to use, such
        as C(host) without administrator rights. So the module checks the returned records again for C(host),
        C(availability_zone), C(key_name), C(locked), C(task_state), C(vm_state), C(project_id), C(user_id), C(uuid) and
        tags. It is an error if the cloud does not return such a field to the user.
      - Other parameters that need permissions require O(max_targets) in modules that change servers.
    type: dict
  all:
    description:
      - All servers of the project and region. O(not_tags) and O(filters) narrow it. The other selecting options exclude
        it.
    type: bool
    default: false
  all_projects:
    description:
      - Selects from the servers of all projects. Requires an administrator. Not supported on V(huaweicloud).
    type: bool
    default: false
  missing:
    description:
      - What to do if an id, name or address of the selection matches no server.
      - By default M(cloudserver.compute.server_info) reports it in its result, and modules that change servers V(fail).
    type: str
    choices: [fail, ignore]
  duplicates:
    description:
      - What to do if several servers have a name of O(names).
    type: str
    choices: [fail, allow]
    default: fail
  min_targets:
    description:
      - Fails before the first change if the selection contains fewer servers than this.
      - A module that changes servers warns if the selection is empty. Set V(0) if this is expected.
    type: int
  max_targets:
    description:
      - Fails before the first change if the selection contains more servers than this.
    type: int
  page_size:
    description:
      - The page size of list requests, 1 to 1000. Smaller pages take longer in total. They help with a cloud that
        answers slowly.
    type: int
    default: 1000
notes:
  - A server must match all selecting options that are set. It must match one value of an option, but all values of
    O(tags). At least one selecting option is required. O(not_tags) and O(filters) alone are sufficient only for modules
    that list servers.
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
