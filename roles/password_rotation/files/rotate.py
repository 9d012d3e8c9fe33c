# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New passwords and what is kept of them; JSON from standard input to standard output, both secret."""

from __future__ import annotations

import json
import secrets
import sys

#: None of the letters of root and Administrator, so no part of these names can occur; nothing that looks like another.
_LETTERS = "bcefghjkpquvwxyz"
CLASSES = (_LETTERS, _LETTERS.upper(), "23456789", "!@%-_=+:./")


def generated(length):
    """A password with a letter in front and characters of all four classes."""
    while True:
        text = "".join(secrets.choice("".join(CLASSES)) for count in range(length))
        if text[0].isalpha() and all(set(text) & set(each) for each in CLASSES):
            return text


def entry(before, server, revision, make):
    """What is kept of a server. A password that was made for this revision before may be set already: it stays."""
    if before and before.get("revision") == revision and before.get("password"):
        return dict(before, name=server["name"])
    found = {"name": server["name"], "revision": revision, "password": make()}
    if before and before.get("password"):
        found["previous"] = before["password"]
    return found


def main():
    given = json.load(sys.stdin)
    # Below ansible-core 2.19 a template gives a text.
    length = int(given["length"])
    if not 12 <= length <= 26:
        sys.exit("password_rotation_length: %s is out of range; use 12 to 26" % length)
    kept = given["kept"] or {}
    if not isinstance(kept, dict):
        sys.exit("password_rotation_vault_file: it does not hold a mapping of servers")

    def make():
        return given["password"] or generated(length)

    mine = {server["id"]: entry(kept.get(server["id"]), server, given["revision"], make) for server in given["servers"]}
    passwords = {server_id: each["password"] for server_id, each in mine.items()}
    print(json.dumps({"passwords": passwords, "kept": dict(kept, **mine)}))


if __name__ == "__main__":
    main()
