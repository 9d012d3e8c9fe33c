# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The weakest role on OpenStack with which a module is of use."""

    # Sanity reads only literals, and ansible-core requires options or attributes of a fragment.
    READER = r"""
options: {}
notes:
  - With the default policies of OpenStack, the module needs at least the role C(reader) in the project. The
    R(page on the roles that tasks need,ansible_collections.cloudserver.compute.docsite.roles_needed) lists the
    options that need another role.
"""

    MEMBER = r"""
options: {}
notes:
  - With the default policies of OpenStack, the module needs at least the role C(member) in the project. The
    R(page on the roles that tasks need,ansible_collections.cloudserver.compute.docsite.roles_needed) lists the
    options that need another role.
"""

    ADMIN = r"""
options: {}
notes:
  - With the default policies of OpenStack, the module needs at least the role C(admin) in the project. The
    R(page on the roles that tasks need,ansible_collections.cloudserver.compute.docsite.roles_needed) lists the
    options that need another role.
"""
