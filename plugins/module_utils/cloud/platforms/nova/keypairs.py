# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's key pairs, which Huawei Cloud serves too.

Facts: the Nova API reference; operations E37-E40 and U13-U17 of docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair, KeyProtection
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
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs

#: The response to the creation of a key pair: 200 in microversion 2.1, on UOS and on Huawei Cloud; 201 from 2.2 on.
_CREATED = DocumentedResponse((200, 201), "keypair")
#: From here on Nova no longer generates key pairs.
_NO_GENERATION = (2, 92)


class NovaKeypairs(Keypairs):
    """``/os-keypairs``."""

    api: NovaApi

    def _of(self, user_id: str | None) -> dict[str, str]:
        """The query for another user, which a cloud without this parameter would silently ignore."""
        self.api.require("keypairs")
        if user_id:
            self.api.require("keypair_users")
        return {"user_id": user_id} if user_id else {}

    def list(self, user_id: str | None = None) -> Sequence[Keypair]:
        query, what = self._of(user_id), "list the key pairs"
        listed: Iterable[Any]
        if self.api.version >= (2, 35):
            # The marker is the name of a key pair; below this version the list is not paged.
            listed = self.api.session.by_marker(
                self.api.endpoint + "/os-keypairs",
                "keypairs",
                params=query,
                headers=self.api.headers(),
                what=what,
                marker_of=lambda entry: text(inner(entry).get("name")) or "",
            )
        else:
            listed = records(part_of(self.api.read("/os-keypairs", what, query=query), "keypairs", what, list), what)
        return [keypair(inner(entry)) for entry in listed]

    def get(self, name: str, user_id: str | None = None) -> Keypair | None:
        query, what = self._of(user_id), "show the key pair %s" % name
        try:
            body = self.api.read("/os-keypairs/" + path_segment(name), what, query=query)
        except ItemNotFound:
            return None
        return keypair(part_of(body, "keypair", what))

    def create(
        self,
        name: str,
        public_key: str | None = None,
        kind: str | None = None,
        user_id: str | None = None,
        scope: str | None = None,
        protection: KeyProtection | None = None,
    ) -> Keypair:
        self._of(user_id)
        if scope or protection:
            self.api.require("keypair_scopes")
        if kind == "x509":
            self.api.require("keypair_types")
        what = "%s the key pair %s" % ("import" if public_key else "create", name)
        wanted: dict[str, str] = {"name": name}
        if public_key:
            wanted["public_key"] = public_key
        if kind and self.api.version >= (2, 2):
            wanted["type"] = kind
        if user_id:
            wanted["user_id"] = user_id
        version = self.api.version
        if not public_key and version >= _NO_GENERATION:
            version = (_NO_GENERATION[0], _NO_GENERATION[1] - 1)
        shows = has({"name": name})
        return keypair(self.api.change("POST", "/os-keypairs", what, {"keypair": wanted}, _CREATED, shows, version))

    def delete(self, name: str, user_id: str | None = None) -> None:
        query = self._of(user_id)
        self.api.remove("/os-keypairs/" + path_segment(name), "delete the key pair %s" % name, query)


def inner(entry: Any) -> Mapping[str, Any]:
    """A key pair of a list, in which each one is in its own mapping."""
    found = mapping(entry)
    return mapping(found.get("keypair")) or found


def keypair(data: Mapping[str, Any]) -> Keypair:
    """A key pair in any response of Nova; ``type`` is returned from microversion 2.2 on."""
    return Keypair(
        name=id_in(data, "a key pair", "name"),
        public_key=text(data.get("public_key")),
        type=text(data.get("type")),
        fingerprint=text(data.get("fingerprint")),
        user_id=text(data.get("user_id")),
        created=text(data.get("created_at")),
        id=integer(data.get("id")),
        updated_at=text(data.get("updated_at")),
        deleted=boolean(data.get("deleted")),
        deleted_at=text(data.get("deleted_at")),
        private_key=text(data.get("private_key")),
    )
