# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ten steps that every module of a resource takes: what check mode predicts is what the run does, and a
second run changes nothing."""

from __future__ import annotations

from typing import Any

from modules.bench import Bench, nothing_done, refused


def ten_steps(
    bench: Bench, module: str, missing: dict[str, Any], create: dict[str, Any], update: dict[str, Any], words: str
) -> list[dict[str, Any]]:
    """Takes them; gives the results of creating, updating and removing.

    ``missing`` are options that are not enough, of which the message holds ``words``.
    """
    with nothing_done(bench):
        refused(bench.call(module, **missing), words)
    results = []
    for options in (create, update, {**create, "state": "absent"}):
        with nothing_done(bench):
            predicted = bench.call(module, check=True, diff=True, **options)
        done = bench.call(module, diff=True, **options)
        assert not predicted.get("failed") and not done.get("failed"), (predicted.get("msg"), done.get("msg"))
        assert predicted["changed"] is done["changed"] is True
        assert predicted["diff"] == done["diff"] and done["diff"]["before"] != done["diff"]["after"]
        with nothing_done(bench):
            again = bench.call(module, diff=True, **options)
            checked = bench.call(module, check=True, diff=True, **options)
        assert again["changed"] is checked["changed"] is False, again
        assert again["diff"] == checked["diff"] and again["diff"]["before"] == again["diff"]["after"]
        results.append(done)
    return results
