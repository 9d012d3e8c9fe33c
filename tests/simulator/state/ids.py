"""Ids that are the same in every run."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid

NAMESPACE = uuid.UUID("6f1d3f5e-51c2-4a0b-9c7e-0d5c1f6a2b10")


def stable_id(*words: object) -> str:
    """A UUID that depends on the words alone, so that rehearsals can be compared."""
    return str(uuid.uuid5(NAMESPACE, "/".join(str(word) for word in words)))


def hex_id(*words: object) -> str:
    """Like stable_id, without dashes: the form of project and user ids."""
    return stable_id(*words).replace("-", "")
