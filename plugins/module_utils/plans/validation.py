# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of options that several modules use. Pure functions."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


def in_range(name: str, value: Any, lowest: int, highest: int = 2147483647) -> None:
    """Raises InvalidRequest for a number out of range; ``None`` means that the option is not set."""
    if value is not None and not lowest <= value <= highest:
        raise InvalidRequest("%s: %s is out of range; use %d to %d" % (name, value, lowest, highest))


def check_name(option: str, value: str | None) -> None:
    """Raises InvalidRequest for a name that is empty or has leading or trailing spaces; ``None`` means that it is not
    set."""
    if value is not None and (not value.strip() or value != value.strip()):
        raise InvalidRequest("%s: %r is empty or has leading or trailing spaces" % (option, value))


def merged(
    observed: Mapping[str, str] | None, wanted: Mapping[str, str] | None, purge: bool
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return the resulting mapping, the keys to set, and the keys to remove. Without ``purge`` other keys are kept;
    without ``wanted`` all keys are kept."""
    have = dict(observed or {})
    if wanted is None:
        return have, {}, []
    to_set = {key: value for key, value in wanted.items() if have.get(key) != value}
    to_remove = sorted(set(have) - set(wanted)) if purge else []
    result = {key: value for key, value in have.items() if key not in to_remove}
    result.update(to_set)
    return result, to_set, to_remove


def texts(values: Mapping[str, Any] | None, option: str) -> dict[str, str] | None:
    """A mapping with its values as the strings that the cloud stores: YAML's true is ``true``, 2 is ``2``. Raises
    InvalidRequest for a list, a mapping or null."""
    if values is None:
        return None
    return {str(key): _text(key, value, option) for key, value in values.items()}


def pairs_of(values: Mapping[str, Any] | None, option: str, rules: Rules) -> dict[str, str] | None:
    """As ``texts``. Raises InvalidRequest also for keys and values that the cloud rejects: the request that sets them
    can be the second one of a task."""
    found = texts(values, option)
    problem = rules.pairs_problem(found or {}, option)
    if problem:
        raise InvalidRequest(problem)
    return found


def _text(key: Any, value: Any, option: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        shown = "empty" if value is None else "a %s" % ("mapping" if isinstance(value, dict) else "list")
        raise InvalidRequest(
            "%s: the value of %s is %s; it must be a string, a number or a boolean" % (option, key, shown)
        )
    return str(value)
