# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file for a private key: readable only by its owner, and written completely or not at all."""

from __future__ import annotations

import os
import tempfile

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


class PrivateKeyFile:
    """Reserves the file for a private key before the key exists, to detect problems early. Raises InvalidRequest if the
    file cannot be written, or contains a key that would be lost."""

    def __init__(self, path: str, overwrite: bool) -> None:
        self.path = os.path.abspath(os.path.expanduser(path))
        if os.path.isdir(self.path):
            raise InvalidRequest("private_key_path: %s is a directory; name a file in it" % self.path)
        if os.path.lexists(self.path) and not overwrite:
            raise InvalidRequest(
                "private_key_path: %s exists and would be overwritten; move it away, or set recreate: true" % self.path
            )
        self._descriptor: int | None = None
        try:
            # Created with mode 0600 in the same directory, so that it can replace the file in one step.
            self._descriptor, self._temporary = tempfile.mkstemp(
                prefix=".%s." % os.path.basename(self.path), dir=os.path.dirname(self.path)
            )
        except OSError as error:
            raise InvalidRequest(
                "private_key_path: %s cannot be written: %s" % (self.path, error.strerror or error)
            ) from None

    def write(self, private_key: str) -> None:
        """Raises OSError, and ValueError for an invalid text; the file is then unchanged."""
        if self._descriptor is None:
            raise OSError(0, "it was cancelled")
        with os.fdopen(self._descriptor, "w", encoding="utf-8", newline="") as stream:
            self._descriptor = None
            stream.write(private_key if private_key.endswith("\n") else private_key + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(self._temporary, self.path)

    def give_up(self) -> None:
        """Removes the reserved file; no file is left if ``write`` was not called or failed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if os.path.lexists(self._temporary):
            os.unlink(self._temporary)
