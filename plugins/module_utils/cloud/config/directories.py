# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directories of the collection."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Callable, Mapping

#: token_cache: tokens are kept until the run of Ansible ends.
RUN = "run"


def default_directory(environ: Mapping[str, str]) -> str:
    """The cache directory: cloudserver.compute in XDG_CACHE_HOME or ~/.cache."""
    home = environ.get("HOME") or os.path.expanduser("~")
    base = environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "cloudserver.compute")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run of Ansible, in its private temporary folder. ``key`` is random, in the memory of the run's
    processes only, so that the names of the files reveal nothing. ``say`` shows a message from a verbosity (1 to 3)
    on."""

    path: str
    key: bytes = field(repr=False)
    say: Callable[[int, str], None]
