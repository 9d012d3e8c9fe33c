# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's host aggregates and availability zones.

Facts: the Nova API reference; operations E47-E53 of docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    boolean,
    id_in,
    integer,
    mapping,
    part_of,
    records,
    text,
    texts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.aggregates import Aggregates

#: Nova's response to every change of an aggregate: the resulting aggregate.
_AGGREGATE = DocumentedResponse((200,), "aggregate")


class NovaAggregates(Aggregates):
    """``/os-aggregates``, for administrators."""

    api: NovaApi

    def list(self) -> Sequence[Aggregate]:
        self.api.require("aggregates")
        what = "list the aggregates"
        listed = part_of(self.api.read("/os-aggregates", what), "aggregates", what, list)
        return [aggregate(entry) for entry in records(listed, what)]

    def create(self, name: str, availability_zone: str | None) -> Aggregate:
        self.api.require("aggregates")
        wanted = {"name": name}
        if availability_zone:
            wanted["availability_zone"] = availability_zone
        what = "create the aggregate %s" % name
        return aggregate(
            self.api.change("POST", "/os-aggregates", what, {"aggregate": wanted}, _AGGREGATE, has({"name": name}))
        )

    def update(self, aggregate_id: int, changes: Mapping[str, str]) -> None:
        self.api.require("aggregates")
        what = "change the aggregate %d" % aggregate_id
        body = {"aggregate": dict(changes)}
        self.api.change("PUT", "/os-aggregates/%d" % aggregate_id, what, body, _AGGREGATE, has(changes))

    def delete(self, aggregate_id: int) -> None:
        self.api.require("aggregates")
        self.api.remove("/os-aggregates/%d" % aggregate_id, "delete the aggregate %d" % aggregate_id)

    def set_metadata(self, aggregate_id: int, metadata: Mapping[str, str | None]) -> None:
        what = "set metadata of the aggregate %d" % aggregate_id
        body = {"set_metadata": {"metadata": dict(metadata)}}
        self._act(aggregate_id, body, what, lambda found: has(metadata)(mapping(found.get("metadata"))))

    def add_host(self, aggregate_id: int, host: str) -> None:
        what = "add the host %s to the aggregate %d" % (host, aggregate_id)
        self._act(aggregate_id, {"add_host": {"host": host}}, what, lambda found: host in (_hosts(found) or ()))

    def remove_host(self, aggregate_id: int, host: str) -> None:
        what = "remove the host %s from the aggregate %d" % (host, aggregate_id)

        def shows(found: Any) -> bool:
            hosts = _hosts(found)
            return hosts is not None and host not in hosts

        self._act(aggregate_id, {"remove_host": {"host": host}}, what, shows)

    def _act(self, aggregate_id: int, body: Any, what: str, shows: Callable[[Any], bool]) -> None:
        self.api.require("aggregates")
        self.api.change("POST", "/os-aggregates/%d/action" % aggregate_id, what, body, _AGGREGATE, shows)


def _hosts(found: Any) -> tuple[str, ...] | None:
    """The hosts of an aggregate in a response; ``None`` if it contains no list of them."""
    return texts(found["hosts"]) if isinstance(found.get("hosts"), list) else None


def aggregate(data: Mapping[str, Any]) -> Aggregate:
    """An aggregate; Nova repeats the zone in the metadata, where it is removed."""
    aggregate_id = integer(data.get("id"))
    if aggregate_id is None:
        raise InvalidResponse("The cloud returned an aggregate without id")
    metadata = {key: value for key, value in mapping(data.get("metadata")).items() if key != "availability_zone"}
    return Aggregate(
        id=aggregate_id,
        name=id_in(data, "an aggregate", "name"),
        availability_zone=text(data.get("availability_zone")),
        hosts=texts(data.get("hosts")),
        metadata=metadata,
        uuid=text(data.get("uuid")),
        created_at=text(data.get("created_at")),
        updated_at=text(data.get("updated_at")),
        deleted=boolean(data.get("deleted")),
        deleted_at=text(data.get("deleted_at")),
    )
