# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generates passwords."""

from __future__ import annotations

import secrets
import string

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.password_policy import (
    PasswordPolicy,
    classes_of,
)

#: The policy that is valid on every platform of the collection.
STRICTEST = PasswordPolicy(8, 26, 3, "!@%-_=+[]:./?")
#: Allowed by every call, and in a shell without quotes, except for the exclamation mark.
SAFE_SPECIAL = "!@%-_=+:./"
#: Nova allows shorter passwords, but they are not secure.
SHORTEST_GENERATED = 8


def generate(length: int, policy: PasswordPolicy, user: str, special: str = SAFE_SPECIAL) -> str:
    """A password of ``SHORTEST_GENERATED`` characters or more that the policy allows on every OS, from the system's
    source of chance. It has every class of characters that it is made of."""
    alphabet = string.ascii_letters + string.digits + special
    wanted = 4 if special else 3
    while True:
        word = "".join(secrets.choice(alphabet) for _position in range(length))
        if len(classes_of(word)) == wanted and policy.problem(word, user, True) is None:
            return word
