# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directories of the collection."""

from __future__ import annotations

import os
from typing import Mapping


def default_directory(environ: Mapping[str, str]) -> str:
    """The cache directory: cloudserver.compute in XDG_CACHE_HOME or ~/.cache."""
    home = environ.get("HOME") or os.path.expanduser("~")
    base = environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "cloudserver.compute")
