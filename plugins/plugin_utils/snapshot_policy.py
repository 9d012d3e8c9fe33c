# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides which snapshots the role snapshot_policy deletes and restores; pure functions.

A snapshot belongs to a policy by its metadata ``cloudserver_snapshot_policy``, and to a server by its server id. Nova
copies the metadata of an image to the snapshots of servers that were created from it. So a snapshot must also have the
name that server_snapshot recorded for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import (
    InvalidDeclaration,
    cloud_moment,
    parse_moment,
    text_list,
    whole_number,
)

POLICY, RECORDED_NAME = "cloudserver_snapshot_policy", "cloudserver_snapshot"
NEWEST = "newest"
_UNFINISHED = ("queued", "saving", "importing", "uploading")
Image = Mapping[str, Any]


def images_by_server(images: Iterable[Image], policy: str | None = None) -> dict[str, list[Image]]:
    """The snapshots of each server, newest first: those of a policy, or all."""
    found: dict[str, list[Image]] = {}
    for image in images:
        if image.get("snapshot") and image.get("server_id") and (policy is None or _is_of(image, policy)):
            found.setdefault(str(image["server_id"]), []).append(image)
    for own in found.values():
        own.sort(key=lambda image: (str(image.get("created") or ""), str(image["id"])), reverse=True)
    return found


def _is_of(image: Image, policy: str) -> bool:
    metadata = image.get("metadata") or {}
    return bool(metadata.get(POLICY) == policy and metadata.get(RECORDED_NAME) == image.get("name"))


def is_good(image: Image) -> bool:
    """Whether a server can be restored from the image."""
    return str(image.get("status") or "").lower() == "active"


def outdated(newest_first: Sequence[Image], keep_last: int, keep_days: int, now: datetime, coming: bool) -> list[Image]:
    """The good snapshots of a server that no rule keeps.

    A rule with 0 keeps nothing, and without a rule all are kept. The newest good snapshot is always kept. ``coming``: a
    newer one is about to be created, which counts as one of the ``keep_last``.
    """
    if not keep_last and not keep_days:
        return []
    good = [image for image in newest_first if is_good(image)]
    first = max(keep_last - 1 if coming else keep_last, 0 if coming else 1)
    return [image for image in good[first:] if not _is_young(image, keep_days, now)]


def _is_young(image: Image, keep_days: int, now: datetime) -> bool:
    """Whether its age is below the limit. An image of unknown age is kept while ages matter."""
    created = cloud_moment(image.get("created"))
    return keep_days > 0 and (created is None or now - created < timedelta(days=keep_days))


def plan(
    clouds: Iterable[Mapping[str, Any]],
    images: Mapping[str, Sequence[Image]],
    policy: Any = "daily",
    keep_last: Any = 0,
    keep_days: Any = 0,
    now: Any = None,
    ignore_statuses: Any = (),
    in_use: Mapping[str, Iterable[str]] | None = None,
    coming: Iterable[str] = (),
    batch_size: Any = 0,
) -> dict[str, Any]:
    """The work of a run.

    ``clouds``: mappings with ``host`` and ``servers``, as resolve_servers finds them. ``images``: by host, the images
    as server_snapshot_info lists them. ``in_use``: by host, the ids of images that servers run. ``coming``: the ids of
    servers that get a snapshot in this run. The result has ``batches``, ``removals``, ``report``, ``lines``, ``kept``,
    ``ignored`` and ``other_servers``. Raises InvalidDeclaration.
    """
    name = check_policy(policy)
    last, days = whole_number("keep_last", keep_last, 0), whole_number("keep_days", keep_days, 0)
    moment, statuses = parse_moment(now), {status.upper() for status in text_list("ignore_statuses", ignore_statuses)}
    size = whole_number("batch_size", batch_size, 0)
    found: dict[str, Any] = {"batches": [], "removals": [], "report": [], "kept": [], "ignored": [], "other_servers": 0}
    expected = set(coming)
    for cloud in clouds:
        host = cloud["host"]
        used = {str(image_id) for image_id in (in_use or {}).get(host, ())}
        own = images_by_server(images.get(host, ()), name)
        ids, removed = [], []
        for server in cloud["servers"]:
            mine = own.pop(str(server["id"]), [])
            found["report"].append(_row(host, server, mine, moment))
            if str(server.get("status") or "").upper() in statuses:
                found["ignored"].append("%s (%s)" % (server["name"], server["status"]))
            else:
                ids.append(server["id"])
            for image in outdated(mine, last, days, moment, server["id"] in expected):
                reason = _reason_to_keep(image, used)
                if reason:
                    found["kept"].append("%s (%s): %s" % (image["name"], image["id"], reason))
                else:
                    removed.append(image)
        found["other_servers"] += sum(map(len, own.values()))
        step = size or len(ids) or 1
        found["batches"] += [{"host": host, "ids": ids[at : at + step]} for at in range(0, len(ids), step)]
        if removed:
            texts = [str(image["name"]) for image in removed]
            found["removals"].append({"host": host, "ids": [image["id"] for image in removed], "names": texts})
    found["lines"] = [_line(row) for row in found["report"]]
    return found


def check_policy(policy: Any) -> str:
    """The name of a policy. Raises InvalidDeclaration."""
    if not isinstance(policy, str) or not 1 <= len(policy.strip()) <= 64 or policy != policy.strip():
        raise InvalidDeclaration("policy: %r is not a name of 1 to 64 characters" % (policy,))
    return policy


def _reason_to_keep(image: Image, used: set[str]) -> str:
    if str(image["id"]) in used:
        return "a server runs it"
    return "it is protected" if image.get("protected") else ""


def _line(row: Mapping[str, Any]) -> str:
    """A row of the report as a text."""
    newest = (
        "newest %s, %s days old" % (row["newest"], row["age_days"]) if row["newest"] else "none that can be restored"
    )
    more = "".join("; %d %s" % (row[key], key) for key in ("unfinished", "unusable") if row[key])
    return "%s (%s): %d snapshots, %s%s" % (row["name"], row["id"], row["snapshots"], newest, more)


def _row(host: str, server: Mapping[str, Any], mine: Sequence[Image], now: datetime) -> dict[str, Any]:
    good = [image for image in mine if is_good(image)]
    created = cloud_moment(good[0].get("created")) if good else None
    unfinished = [image for image in mine if str(image.get("status") or "").lower() in _UNFINISHED]
    return {
        "host": host,
        "name": server["name"],
        "id": server["id"],
        "snapshots": len(good),
        "newest": good[0]["name"] if good else None,
        "age_days": (now - created).days if created else None,
        "unfinished": len(unfinished),
        "unusable": len(mine) - len(good) - len(unfinished),
    }


def restore_plan(
    clouds: Iterable[Mapping[str, Any]],
    images: Mapping[str, Sequence[Image]],
    policy: Any = "daily",
    source: Any = NEWEST,
) -> dict[str, Any]:
    """The servers to restore, by image: ``restores`` (host, image, image_name, ids, names), and ``missing``, the names
    of the servers without such a snapshot. ``source`` is ``newest`` for the newest good snapshot of the policy, or the
    name or the id of a good snapshot of the server, where ``{name}`` and ``{id}`` are replaced by the server's. Raises
    InvalidDeclaration."""
    if not isinstance(source, str) or not source.strip():
        raise InvalidDeclaration("restore_from: use newest, or the name or id of a snapshot")
    name = check_policy(policy)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    missing = []
    for cloud in clouds:
        own = images_by_server(images.get(cloud["host"], ()), name if source == NEWEST else None)
        for server in cloud["servers"]:
            wanted = source.replace("{name}", str(server["name"])).replace("{id}", str(server["id"]))
            good = [image for image in own.get(str(server["id"]), ()) if is_good(image)]
            image = next((each for each in good if source == NEWEST or wanted in (each["name"], each["id"])), None)
            if image is None:
                missing.append(str(server["name"]))
                continue
            row = {"host": cloud["host"], "image": image["id"], "image_name": image["name"], "ids": [], "names": []}
            row = found.setdefault((cloud["host"], str(image["id"])), row)
            row["ids"].append(server["id"])
            row["names"].append(server["name"])
    return {"restores": list(found.values()), "missing": missing}
