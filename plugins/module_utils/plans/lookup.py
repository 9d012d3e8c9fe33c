# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds a resource by its id or by its unique name."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Sequence, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

T = TypeVar("T")


def item_id(item: Any) -> str:
    return str(item.id)


def lookup(
    items: Iterable[T], wanted_id: Any, name: str | None, kind: str, label: Callable[[T], str] = item_id
) -> T | None:
    """Return the item with that id if one is given, otherwise the item with that name. ``kind`` is a plural. Raises
    InvalidRequest if several items have the name; ``label`` formats each of them."""
    if wanted_id is not None:
        return next((item for item in items if item.id == wanted_id), None)  # type: ignore[attr-defined]
    return only([item for item in items if item.name == name], name, kind, label)  # type: ignore[attr-defined]


def id_or_name(items: Iterable[T], text: str, kind: str) -> T | None:
    """Return the item whose id or name equals the text; an id has precedence. Raises InvalidRequest if several items
    have the name."""
    known = list(items)
    found = lookup(known, text, None, kind)
    return found if found is not None else lookup(known, None, text, kind)


def only(found: Sequence[T], name: str | None, kind: str, label: Callable[[T], str] = item_id) -> T | None:
    """Return the only item. Raises InvalidRequest if there are several."""
    if len(found) > 1:
        ids = ", ".join(sorted(map(label, found)))
        raise InvalidRequest("%d %s are named %s (%s); choose one by id" % (len(found), kind, name, ids))
    return found[0] if found else None
