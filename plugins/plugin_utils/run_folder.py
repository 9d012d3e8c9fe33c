# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder in which a run of Ansible keeps its tokens. Its tasks share them.

The folder is in Ansible's own temporary folder of the run, which belongs to the user alone (mode 0700) and is removed
when the run ends. This module is imported before the workers are forked, so they share the key.
"""

from __future__ import annotations

import os
import secrets

from ansible import constants as C
from ansible.utils.display import Display

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder

_KEY = secrets.token_bytes(32)
_display = Display()


def run_folder() -> RunFolder:
    """The folder of this run; it need not exist yet."""
    return RunFolder(os.path.join(C.DEFAULT_LOCAL_TMP, "cloudserver.compute"), _KEY, _say)


def _say(verbosity: int, words: str) -> None:
    _display.verbose("cloudserver.compute: " + words, caplevel=verbosity - 1)
