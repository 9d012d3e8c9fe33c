# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on the controller that several runs change at the same time without losing what another one wrote.

A change is: take the lock, read, change, write atomically, release. The lock is flock(2) on a file of its own beside
the file, for the file itself is replaced. It holds for all processes of a machine, and on NFS and cluster file systems
as far as these support flock.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from typing import Iterator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import file_lock


class FileError(Exception):
    """A file could not be locked, read or written; the message names the file and the reason."""


def resolve_path(path: str) -> str:
    """The absolute path: ``~`` is the home directory, and a relative path is relative to the directory in which
    ansible-playbook was started, regardless of the playbook's directory."""
    return os.path.realpath(os.path.abspath(os.path.expanduser(path)))


@contextmanager
def locked(path: str, timeout: float) -> Iterator[None]:
    """Holds the lock of the file. Raises FileError if another process holds it for ``timeout`` seconds."""
    name = path + ".lock"
    try:
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileError("%s cannot be opened: %s" % (name, error.strerror)) from error
    try:
        if not _take(handle, name, timeout):
            raise FileError("another run has held the lock %s for %g seconds" % (name, timeout))
        yield
    finally:
        # Closing it releases the lock. The file is kept: removing it would break the lock of a waiting process.
        os.close(handle)


def _take(handle: int, name: str, timeout: float) -> bool:
    try:
        return file_lock.take(handle, timeout)
    except OSError as error:
        raise FileError("%s cannot be locked: %s" % (name, error.strerror)) from error


def read(path: str) -> bytes | None:
    """The content of the file, ``None`` if it does not exist. Raises FileError."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError("%s cannot be read: %s" % (path, error.strerror)) from error


def write(path: str, content: bytes) -> None:
    """Replaces the file, readable only by its owner: it has the old content or the new one, also after a crash. Raises
    FileError; the file is then unchanged."""
    folder, name = os.path.split(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix="." + name + ".")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
        temporary = None
        _sync_folder(folder)
    except OSError as error:
        raise FileError("%s cannot be written: %s" % (path, error.strerror)) from error
    finally:
        if temporary is not None:
            os.unlink(temporary)


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems do not support fsync for directories; the file itself is safe.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)
