# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The passwords that a platform accepts, so that a plan can reject one before a request is sent. Pure."""

from __future__ import annotations

import string
from dataclasses import dataclass

#: Administrator names, which no password on Huawei Cloud may contain, regardless of the OS.
_ADMINISTRATORS = ("root", "Administrator")


@dataclass(frozen=True)
class PasswordPolicy:
    """The passwords that a request takes. ``special`` is ``None`` where every character is allowed; then only the
    length is checked."""

    shortest: int = 1
    longest: int = 255
    classes: int = 1
    special: str | None = None
    #: Windows: the maximum length of a part of the user name in a password.
    longest_run: int = 2

    def problem(self, password: str, user: str, windows: bool) -> str | None:
        """Why the call would reject the password, without the password; ``None`` if it is valid."""
        if not self.shortest <= len(password) <= self.longest:
            return "it has %d characters, and %d to %d are allowed" % (len(password), self.shortest, self.longest)
        if self.special is None:
            return None
        allowed = set(string.ascii_letters + string.digits + self.special)
        if any(character not in allowed for character in password):
            return "it has a character other than letters, digits and %s" % self.special
        if len(classes_of(password)) < self.classes:
            return "it needs %d of: capital letters, small letters, digits, special characters" % self.classes
        low = password.lower()
        for name in dict.fromkeys((user,) + _ADMINISTRATORS):
            if name and (name.lower() in low or name.lower()[::-1] in low):
                return "it contains the user name %s, forwards or backwards" % name
        for name in dict.fromkeys((user, "Administrator")) if windows else ():
            if any(run in low for run in _runs(name.lower(), self.longest_run + 1)):
                return "it contains more than %d characters in a row of the user name %s" % (self.longest_run, name)
        return None


#: Nova documents no password rules.
ANY_PASSWORD = PasswordPolicy()


def classes_of(password: str) -> set[str]:
    """The character classes of the password."""
    found = set()
    for character in password:
        if character in string.ascii_uppercase:
            found.add("upper")
        elif character in string.ascii_lowercase:
            found.add("lower")
        elif character in string.digits:
            found.add("digit")
        else:
            found.add("special")
    return found


def _runs(name: str, length: int) -> list[str]:
    return [name[start : start + length] for start in range(len(name) - length + 1)]


def is_windows(os_type: str | None) -> bool:
    return (os_type or "").lower().startswith("win")


def administrator(os_type: str | None) -> str:
    """The administrator's name for this OS; Linux is the default."""
    return "Administrator" if is_windows(os_type) else "root"
