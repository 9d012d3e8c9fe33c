# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with settings, read as text."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError


def read_text(path: str) -> str | None:
    """The content of a file; None if it does not exist. Raises SettingsError if it cannot be read."""
    try:
        if "\x00" in path:
            raise SettingsError("Cannot read %r: a path cannot contain a NUL character." % path)
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError("Cannot read %s: %s." % (path, reason)) from None
