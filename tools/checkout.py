"""A copy of the checkout without what git ignores, at the path that Ansible's tools want."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def copy_of_checkout(parent: Path) -> Path:
    """A fresh copy of every file that git tracks or would track, in a git repository of its own."""
    copy = parent / "ansible_collections" / "cloudserver" / "compute"
    shutil.rmtree(parent / "ansible_collections", ignore_errors=True)
    copy.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if not (source.exists() or source.is_symlink()):
            continue  # deleted, and the deletion not committed yet
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    return copy
