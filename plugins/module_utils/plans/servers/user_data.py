# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user data for cloud-init: from a string or a file, in base64, and hidden in every output."""

from __future__ import annotations

import base64
from typing import Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


def disabled_password(password: str | None, user_data: str | None, os_type: str | None, rules: Rules) -> str | None:
    """A warning if the server would ignore its password because it has user data; ``None`` if it would not."""
    if not (password and user_data and rules.user_data_disables_password(os_type)):
        return None
    return (
        "password: on %s, a Linux server with user_data ignores its password. Set the password in user_data, or leave"
        " out one of the two options." % rules.platform
    )


def read_user_data(text: str | None, path: str | None, most: int, register_secret: Callable[[str], None]) -> str | None:
    """The user data in base64; ``None`` if none is given. ``most`` is the maximum number of bytes. ``register_secret``
    receives the plain text and the base64 text, which may contain secrets. Raises InvalidRequest."""
    if path is not None:
        try:
            with open(path, "rb") as file:
                raw = file.read(most + 1)
        except OSError as error:
            raise InvalidRequest("user_data_file: %s cannot be read: %s" % (path, error.strerror)) from None
    elif text:
        raw = text.encode("utf-8")
    else:
        return None
    if len(raw) > most:
        option = "user_data" if path is None else "user_data_file"
        raise InvalidRequest("%s: it has more than %d bytes, the maximum for a server" % (option, most))
    coded = base64.b64encode(raw).decode("ascii")
    for secret in (raw.decode("utf-8", "replace"), coded):
        if secret.strip():
            register_secret(secret)
    return coded or None
