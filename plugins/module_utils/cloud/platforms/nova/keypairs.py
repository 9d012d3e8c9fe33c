# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's key pairs, which Huawei Cloud serves too.

Facts: the Nova API reference; operations E37-E40 and U13-U17 of docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence, Tuple

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
    prove_deleted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
    mappings,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resource_calls import ResourceCalls

Version = Tuple[int, int]

#: What answers the creation of a key pair: 200 in microversion 2.1, on UOS and on Huawei Cloud; 201 from 2.2 on.
_CREATED = DocumentedResponse((200, 201), "keypair")
#: From here on Nova generates no key pair any more.
_NO_GENERATION = (2, 92)


class NovaCalls(ResourceCalls):
    """One request to Nova; ``endpoint``, ``version`` and ``headers`` are the platform's."""

    session: Any
    parallel: int

    @property
    def endpoint(self) -> str:
        raise NotImplementedError

    @property
    def version(self) -> Version:
        return (2, 1)

    def headers(self, version: Version | None = None) -> dict[str, str]:
        return {}

    def supports(self, operation: str) -> bool:
        raise NotImplementedError

    def ask(
        self, method: str, path: str, what: str, body: Any = None, version: Version | None = None, query: Any = None
    ) -> Any:
        """The body of the answer, ``None`` for an empty one; for reading. See ``change`` and ``remove``."""
        return self._send(method, path, what, body, version, query).body

    def change(
        self,
        method: str,
        path: str,
        what: str,
        body: Any,
        form: DocumentedResponse,
        shows: Callable[[Any], bool] | None = None,
        version: Version | None = None,
    ) -> Any:
        """Asks for a change; gives what the answer holds. Raises CloudError, MalformedAnswer where it proves nothing.

        ``form`` is the documented answer; ``shows`` tells whether what it holds is what was asked for."""
        return form.read(self._send(method, path, what, body, version), what, shows)

    def remove(self, path: str, what: str, query: Any = None) -> None:
        """Deletes what is at the path. Raises CloudError unless it is proven to be gone."""
        prove_deleted(
            lambda: self._send("DELETE", path, what, query=query),
            lambda: self._send("GET", path, what, query=query),
            what,
        )

    def _send(
        self, method: str, path: str, what: str, body: Any = None, version: Version | None = None, query: Any = None
    ) -> Any:
        expect = "json" if method == "GET" else "any"
        url, headers = self.endpoint + path, self.headers(version)
        return self.session.request(method, url, json=body, params=query, headers=headers, what=what, expect=expect)


class NovaKeypairs(NovaCalls):
    """``/os-keypairs``."""

    def _of(self, user_id: str | None) -> dict[str, str]:
        """The query that names another user, which a cloud that does not know it would ignore without a word."""
        self.require("keypairs")
        if user_id:
            self.require("keypair_users")
        return {"user_id": user_id} if user_id else {}

    def keypairs(self, user_id: str | None = None) -> Sequence[Keypair]:
        query, what = self._of(user_id), "list the key pairs"
        if self.version >= (2, 35):
            # The marker is a key pair's name; below, the list is not paged.
            listed = self.session.by_marker(
                self.endpoint + "/os-keypairs",
                "keypairs",
                params=query,
                headers=self.headers(),
                what=what,
                marker_of=lambda entry: text(_inner(entry).get("name")) or "",
            )
        else:
            listed = mappings(part_of(self.ask("GET", "/os-keypairs", what, query=query), "keypairs", what, list))
        return [keypair(_inner(entry)) for entry in listed]

    def keypair(self, name: str, user_id: str | None = None) -> Keypair | None:
        query, what = self._of(user_id), "show the key pair %s" % name
        try:
            body = self.ask("GET", "/os-keypairs/" + path_segment(name), what, query=query)
        except ItemNotFound:
            return None
        return keypair(part_of(body, "keypair", what))

    def create_keypair(
        self, name: str, public_key: str | None = None, kind: str | None = None, user_id: str | None = None
    ) -> Keypair:
        self._of(user_id)
        if kind == "x509":
            self.require("keypair_types")
        what = "%s the key pair %s" % ("import" if public_key else "create", name)
        wanted: dict[str, str] = {"name": name}
        if public_key:
            wanted["public_key"] = public_key
        if kind and self.version >= (2, 2):
            wanted["type"] = kind
        if user_id:
            wanted["user_id"] = user_id
        version = self.version
        if not public_key and version >= _NO_GENERATION:
            version = (_NO_GENERATION[0], _NO_GENERATION[1] - 1)
        shows = has({"name": name})
        return keypair(self.change("POST", "/os-keypairs", what, {"keypair": wanted}, _CREATED, shows, version))

    def delete_keypair(self, name: str, user_id: str | None = None) -> None:
        query = self._of(user_id)
        self.remove("/os-keypairs/" + path_segment(name), "delete the key pair %s" % name, query)


def _inner(entry: Any) -> Mapping[str, Any]:
    """A key pair of a list, which wraps each one in a mapping of its own."""
    found = mapping(entry)
    return mapping(found.get("keypair")) or found


def keypair(data: Mapping[str, Any]) -> Keypair:
    """A key pair of any of Nova's answers; ``type`` is shown from microversion 2.2 on."""
    return Keypair(
        name=text(data.get("name")) or "",
        public_key=text(data.get("public_key")),
        type=text(data.get("type")),
        fingerprint=text(data.get("fingerprint")),
        user_id=text(data.get("user_id")),
        created=text(data.get("created_at")),
        private_key=text(data.get("private_key")),
    )
