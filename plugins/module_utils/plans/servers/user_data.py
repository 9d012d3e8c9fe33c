# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cloud-init is given: from a text or a file, in base64, and kept out of every output."""

from __future__ import annotations

import base64
from typing import Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


def read_user_data(text: str | None, path: str | None, most: int, register_secret: Callable[[str], None]) -> str | None:
    """It in base64; ``None`` where nothing is given. ``most`` is how many bytes a server takes.

    ``register_secret`` is told what may hold secrets: the plain form and the one in base64. Raises InvalidRequest.
    """
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
