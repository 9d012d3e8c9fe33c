# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token caches: one file for each identity and cloud, readable only by its owner.

Anyone who can read a file can use the token without the password until it expires. The name of a file does not help to
guess a password: in a TokenCache it is a hash without any secret; in a RunCache the secrets are part of it, hashed with
a random key that is in no file.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import file_lock
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

# The minimum validity of an entry in seconds, so that a token does not expire soon after the start of a task.
MARGIN = 300.0
FORMAT = 1
# Seconds that a process waits at most for another one that requests the same token.
LOCK_SECONDS = 60.0


class TokenCache:
    """The entry of one identity. now is always the time in seconds since 1970."""

    #: Whether an entry may have facts and no token.
    keeps_facts_alone = False
    #: The minimum validity of an entry that is used, in seconds.
    margin = MARGIN

    def __init__(self, directory: str, identity: str) -> None:
        self.directory = directory
        self.path = os.path.join(directory, hashlib.sha256(identity.encode("utf-8")).hexdigest() + ".json")

    def load(self, now: float) -> dict[str, Any] | None:
        """The entry, or None if there is none, it is damaged, or it expires within ``margin`` seconds. Raises
        SettingsError if the directory or the file belongs to another user or is accessible to others."""
        if not os.path.lexists(self.directory):
            return None
        self._check_directory()
        try:
            # Without O_NONBLOCK, a FIFO would be waited for.
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
            raise SettingsError("Cannot read the token cache %s: %s." % (self.path, reason)) from None
        try:
            _check(os.fstat(handle), self.path, 0o600, stat.S_ISREG)
        except SettingsError:
            os.close(handle)
            raise
        with os.fdopen(handle, encoding="utf-8", errors="replace") as stream:
            try:
                entry = json.load(stream)
            except (ValueError, RecursionError):
                entry = None
        expires = entry.get("expires_at") if isinstance(entry, dict) and entry.get("format") == FORMAT else None
        if isinstance(expires, bool) or not isinstance(expires, (int, float)):
            self.report_damage()
            return None
        return entry if expires - self.margin > now else None

    def report_damage(self) -> None:
        """Called for a file with an invalid entry, which the next one replaces."""

    @contextmanager
    def lock(self, fact: str = "") -> Iterator[None]:
        """Other processes do not request a token, or this fact, meanwhile; only the cache of a run locks."""
        yield

    def save(self, entry: Mapping[str, Any]) -> bool:
        """Replace the entry in one step. A full disk is no error, but a directory that is accessible to others is.
        False if the entry could not be written."""
        try:
            os.makedirs(os.path.dirname(self.directory), exist_ok=True)
            if not os.path.lexists(self.directory):
                os.makedirs(self.directory, 0o700, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                "Cannot create the directory %s of the token cache: %s." % (self.directory, error.strerror),
                hint="Set token_cache to the path of a directory, or to false.",
            ) from None
        self._check_directory()
        temporary = None
        try:
            handle, temporary = tempfile.mkstemp(prefix=".new-", dir=self.directory)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                os.fchmod(stream.fileno(), 0o600)
                json.dump(dict(entry, format=FORMAT), stream)
            os.replace(temporary, self.path)
        except OSError:
            if temporary is not None:
                _remove(temporary)
            return False
        return True

    def _check_directory(self) -> None:
        _check(os.lstat(self.directory), self.directory, 0o700, stat.S_ISDIR)


class RunCache(TokenCache):
    """The entry of one identity in the folder of the run. It is found with the same secrets only, and never fails a
    task: where it cannot be used, the task goes on without it."""

    keeps_facts_alone = True
    #: Its name in messages.
    title = "token cache"

    def __init__(self, folder: RunFolder, identity: str, known: Iterable[str]) -> None:
        super().__init__(folder.path, identity)
        self.folder = folder
        text = "\0".join([identity, *sorted(known)])
        digest = hmac.new(folder.key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
        self.path = os.path.join(folder.path, digest + ".json")
        self.usable = True

    def load(self, now: float) -> dict[str, Any] | None:
        if not self.usable:
            return None
        try:
            entry = super().load(now)
        except (SettingsError, OSError) as error:
            self._give_up(error)
            return None
        self.folder.say(3, "The run's %s has %s entry for these credentials." % (self.title, "an" if entry else "no"))
        return entry

    def save(self, entry: Mapping[str, Any]) -> bool:
        try:
            done = self.usable and super().save(entry)
        except (SettingsError, OSError) as error:
            self._give_up(error)
            return False
        if self.usable and not done:
            self._give_up("the folder %s cannot be written to" % self.directory)
        return done

    @contextmanager
    def lock(self, fact: str = "") -> Iterator[None]:
        handle = self._open_lock(fact)
        try:
            yield
        finally:
            if handle is not None:
                os.close(handle)

    def _open_lock(self, fact: str) -> int | None:
        """The locked file, or None if it cannot be locked within LOCK_SECONDS. A fact has a file of its own, because
        its request may need a token."""
        if not self.usable:
            return None
        handle = None
        try:
            os.makedirs(self.directory, 0o700, exist_ok=True)
            self._check_directory()
            name = "." + hashlib.sha256(fact.encode("utf-8")).hexdigest()[:16] if fact else ""
            handle = os.open(self.path + name + ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            if file_lock.take(handle, LOCK_SECONDS):
                return handle
        except (SettingsError, OSError) as error:
            self._give_up(error)
        if handle is not None:
            os.close(handle)
        return None

    def report_damage(self) -> None:
        self.folder.say(1, "The run's %s is damaged, and is replaced: %s" % (self.title, self.path))

    def _give_up(self, why: object) -> None:
        self.usable = False
        self.folder.say(1, "The run's %s is not used: %s" % (self.title, why))


def _check(found: os.stat_result, path: str, mode: int, is_kind: Any) -> None:
    if not is_kind(found.st_mode):
        problem = "is not a regular file" if mode == 0o600 else "is not a directory (a symbolic link is not accepted)"
    elif found.st_uid != os.geteuid():
        problem = "belongs to another user"
    elif stat.S_IMODE(found.st_mode) & 0o077:
        problem = "is accessible to other users (mode %04o)" % stat.S_IMODE(found.st_mode)
    else:
        return
    raise SettingsError(
        "The token cache does not use %s: it %s." % (path, problem),
        hint="Remove it, or restrict it to your user with chmod %04o." % mode,
    )


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
