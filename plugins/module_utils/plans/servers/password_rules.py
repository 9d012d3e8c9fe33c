# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules for passwords that each call documents, checked before anything is sent. Pure, but for ``generate``.

Source: Elastic Cloud Server API Reference, "Resetting the Passwords for Logging In to ECSs in a Batch"; the
sets of characters differ from call to call.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

#: The administrators' names, which no password of Huawei Cloud may contain, whatever the server runs.
_ADMINISTRATORS = ("root", "Administrator")


@dataclass(frozen=True)
class PasswordRules:
    """What a call takes. ``special`` is ``None`` where every character is allowed, and nothing else is looked at."""

    shortest: int = 1
    longest: int = 255
    classes: int = 1
    special: str | None = None
    #: Windows: no run of the user's name that is longer than this.
    longest_run: int = 2

    def problem(self, password: str, user: str, windows: bool) -> str | None:
        """Why the call would refuse the password, without showing it; ``None`` if it would not."""
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


#: The batch call of Huawei Cloud, and the one that changes or reinstalls an OS there.
HUAWEI_RESET = PasswordRules(8, 26, 3, "!@%-_=+[]:./?")
HUAWEI_OS = PasswordRules(8, 26, 3, "!@$%^-_=+[{}]:,./?~#*")
#: Nova documents no rule.
ANY = PasswordRules()


def classes_of(password: str) -> set[str]:
    """The classes of characters that are in the password."""
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
    """The administrator's name on a server of this OS, Linux where it is not known."""
    return "Administrator" if is_windows(os_type) else "root"


#: Allowed by every call, and by a shell without quotes but for the exclamation mark.
SAFE_SPECIAL = "!@%-_=+:./"
#: What is shorter is allowed by Nova, but nobody should want it.
SHORTEST_MADE = 8


def generate(length: int, rules: PasswordRules, user: str, special: str = SAFE_SPECIAL) -> str:
    """A password of ``SHORTEST_MADE`` characters or more that the rules allow on every OS, from the system's source of
    chance. It has every class of characters that it is made of."""
    alphabet = string.ascii_letters + string.digits + special
    wanted = 4 if special else 3
    while True:
        word = "".join(secrets.choice(alphabet) for _position in range(length))
        if len(classes_of(word)) == wanted and rules.problem(word, user, True) is None:
            return word
