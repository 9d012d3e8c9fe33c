# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of a cloud in the result of a filter must never be evaluated as templates."""

from __future__ import annotations

from typing import Any


def as_data(value: Any) -> Any:
    """The same value, marked as data if ansible-core needs it: before 2.19 every text of a variable is a template. From
    2.19 on only texts that are marked as trusted are templates, and the result of a filter is not."""
    from ansible.release import __version__ as version

    if tuple(int(part) for part in version.split(".")[:2]) >= (2, 19):
        return value
    from ansible.utils.unsafe_proxy import wrap_var

    return wrap_var(value)
