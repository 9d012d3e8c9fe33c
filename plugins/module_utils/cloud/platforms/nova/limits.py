# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of Nova for the texts of a server. Pure functions; each returns one clause without a period, or ``None``.

Sources: the Nova API reference, "Create Server" (``personality``: a path of 255 bytes at most, contents in base64) and
its JSON schemas (``description``: 255 characters)."""

from __future__ import annotations

import base64
import binascii
from typing import Mapping

_LONGEST_DESCRIPTION = 255
_LONGEST_PATH = 255


def description_problem(description: str | None) -> str | None:
    if description and len(description) > _LONGEST_DESCRIPTION:
        return "description: it has %d characters, and the maximum is %d" % (len(description), _LONGEST_DESCRIPTION)
    return None


def files_problem(files: Mapping[str, str]) -> str | None:
    """The content of a file can be a secret, so it is not shown."""
    for path, content in files.items():
        size = len(path.encode("utf-8"))
        if size > _LONGEST_PATH:
            return "files: a path has %d bytes, and the maximum is %d" % (size, _LONGEST_PATH)
        try:
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError, TypeError):
            return "files: the content of %s is not base64; encode it with the filter b64encode" % path
    return None
