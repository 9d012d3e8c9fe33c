#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_health
short_description: Wait until many servers answer
version_added: 1.0.0
description:
  - Connects from the controller to a port or a URL of each server. All servers are checked concurrently until all of
    them answer or the common timeout ends. It sends no request to a cloud.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  servers:
    description:
      - The servers, as records of M(cloudserver.compute.server_info) with C(name), C(private_ips) and C(public_ips).
    type: list
    elements: dict
    required: true
  address:
    description:
      - The address to connect to. It is the first V(private) or the first V(public) address of a server. A server
        without such an address is resolved by its name.
    type: str
    choices: [private, public]
    default: private
  port:
    description:
      - A TCP port that must accept connections. One of O(port) and O(url) is required.
    type: int
  url:
    description:
      - A URL that must answer with O(status_code). C({address}) and C({name}) are replaced by the address and the name
        of each server.
    type: str
  status_code:
    description:
      - The HTTP status codes of a healthy server.
    type: list
    elements: int
    default: [200]
  validate_certs:
    description:
      - Whether to verify the certificates of O(url).
    type: bool
    default: true
  timeout:
    description:
      - Maximum number of seconds until all servers answer.
    type: float
    default: 300
  interval:
    description:
      - Number of seconds between two attempts.
    type: float
    default: 2
  max_concurrent:
    description:
      - Maximum number of servers to check at the same time.
    type: int
    default: 100
attributes:
  action:
    description: Has a corresponding action plugin, so it runs on the controller.
    support: full
  check_mode:
    description: Can run in C(check_mode) and return what would change without changing anything.
    support: full
    details: Check mode opens no connection.
  diff_mode:
    description: Returns what changed, or would change in C(check_mode), in diff mode.
    support: none
    details: It changes nothing.
  platform:
    description: The systems that a task can run on.
    support: full
    platforms: all
extends_documentation_fragment:
  - action_common_attributes
notes:
  - For a single server, C(ansible.builtin.wait_for) and C(ansible.builtin.uri) do the same.
"""

EXAMPLES = r"""
- name: List the web servers
  cloudserver.compute.server_info:
    cloud: production
    tags: [role=web]
    fields: [name, private_ips]
  register: web

- name: Wait until all of them answer on a URL
  cloudserver.compute.server_health:
    servers: "{{ web.servers }}"
    url: http://{address}:8080/health
    timeout: 300
"""

RETURN = r"""
healthy:
  description: The names of the servers that answer.
  returned: always
  type: list
  elements: str
unhealthy:
  description: The servers that do not answer.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    message: {description: The last error., type: str}
"""
