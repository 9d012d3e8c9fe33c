"""What is inside a server: the administrator's password, of which only a hash is kept, and user data."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import re

from simulator.state.servers import Server

RESET_SYMBOLS = "!@%-_=+[]:./?"
CHANGE_OS_SYMBOLS = "!@$%^-_=+[{}]:,./?~#*"
ADMINISTRATORS = {"Linux": "root", "Windows": "Administrator"}
# The user_data of servers. No client may show it; the marker is the same in plain text and in base64
# of any server, since the text starts with it.
USER_DATA = b"SIMULATOR-SECRET-USER-DATA\n#cloud-config\nchpasswd: {list: 'root:not-a-real-secret'}\n"
USER_DATA_MARKER = base64.b64encode(USER_DATA)[:32].decode()


def digest(password: str | None) -> str | None:
    return None if password is None else hashlib.sha256(password.encode()).hexdigest()


def set_password(server: Server, password: str | None) -> None:
    """Set the password at once, and drop one that waits for the next start."""
    server.password = digest(password)
    server.pending_password = None
    server.password_changes += 1


def set_password_at_next_start(server: Server, password: str) -> None:
    """Set the password at the next start."""
    server.pending_password = digest(password)
    server.password_changes += 1


def password_weakness(password: str, symbols: str, os_type: str) -> str | None:
    """Why ECS refuses the password, None if it does not (password tables of the ECS documents)."""
    if not 8 <= len(password) <= 26:
        return "it must have 8 to 26 characters"
    kinds = [re.search(pattern, password) for pattern in ("[A-Z]", "[a-z]", "[0-9]", "[%s]" % re.escape(symbols))]
    if not re.fullmatch("[A-Za-z0-9%s]+" % re.escape(symbols), password):
        return "it has a character that is not allowed; of the special characters %s are" % symbols
    if sum(kind is not None for kind in kinds) < 3:
        return "it needs three of upper case letters, lower case letters, digits and special characters"
    user, lower = ADMINISTRATORS[os_type].lower(), password.lower()
    if user in lower or user[::-1] in lower:
        return "it must not contain the user name, forwards or backwards"
    if os_type == "Windows" and any(user[place : place + 3] in lower for place in range(len(user) - 2)):
        return "it must not contain more than two consecutive characters of the user name"
    return None
