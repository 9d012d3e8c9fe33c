# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key pairs of Huawei Cloud: those of KPS, and those of Nova's calls where the cloud has no KPS.

Sources: Data Encryption Workshop API Reference, "Creating and Importing an SSH Key Pair", "Querying the SSH Key Pair
List", "Querying SSH Key Pair Details" and "Deleting an SSH Key Pair". The key pairs of a user are the same in both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, Callable, Iterator, Mapping, Sequence, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    ConnectionFailed,
    ItemNotFound,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import (
    ACCOUNT,
    Keypair,
    KeyProtection,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
    prove_deleted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.kps import (
    Kps,
    ServiceAbsent,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    boolean,
    id_in,
    integer,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import (
    NovaKeypairs,
    inner,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs

T = TypeVar("T")

#: The page size that the references of all regions document.
_PAGE = 50
_CREATED = DocumentedResponse((200, 201), "keypair")
#: The scope of the account in the API.
_DOMAIN = "domain"
#: Times are documented in seconds, and are returned in milliseconds: above this number they are milliseconds.
_MOST_SECONDS = 10**11


class HuaweiKeypairs(Keypairs):
    """``/v3/{project}/keypairs`` of KPS, or Nova's ``/os-keypairs``."""

    api: HuaweiApi

    @cached_property
    def kps(self) -> Kps:
        return Kps(self.api)

    @cached_property
    def _nova(self) -> NovaKeypairs:
        return NovaKeypairs(self.api)

    def _ask(self, kps: Callable[[], T], nova: Callable[[], T]) -> T:
        """The result of KPS, or of Nova's call where the cloud has no KPS. A request that shows this had no effect."""
        try:
            return kps()
        except ServiceAbsent as absent:
            why = absent
        try:
            found = nova()
        except ConnectionFailed:
            # The compute service is as unreachable, so this proves nothing about KPS.
            raise
        except CloudError:
            self._remember(why)
            raise
        self._remember(why)
        return found

    def _remember(self, why: CloudError) -> None:
        if not self.kps.is_absent:
            self.kps.remember_absence(why)

    def _own(self, user_id: str | None) -> None:
        self.api.require("keypairs")
        if user_id:
            self.api.require("keypair_users")

    def list(self, user_id: str | None = None) -> Sequence[Keypair]:
        self._own(user_id)
        return self._ask(self._list, lambda: self._nova.list(user_id))

    def _list(self) -> Sequence[Keypair]:
        return [keypair(inner(entry)) for entry in self.kps.ask(lambda: list(self._pages()))]

    def _pages(self) -> Iterator[Any]:
        # The marker is the name of the last key pair of a page.
        return self.api.session.by_marker(
            self.kps.url("/keypairs"),
            "keypairs",
            limit=_PAGE,
            what="list the key pairs",
            marker_of=lambda entry: text(inner(entry).get("name")) or "",
        )

    def get(self, name: str, user_id: str | None = None) -> Keypair | None:
        self._own(user_id)
        return self._ask(lambda: self._get(name), lambda: self._nova.get(name, user_id))

    def _get(self, name: str) -> Keypair | None:
        what = "show the key pair %s" % name
        try:
            body = self.kps.read("/keypairs/" + path_segment(name), what)
        except CloudError as error:
            if self._is_missing(error, name):
                return None
            raise
        return keypair(part_of(body, "keypair", what))

    def _is_missing(self, error: CloudError, name: str) -> bool:
        """Whether the key pair does not exist. The reference documents 400 for all refusals, and no code for this one,
        so the list decides."""
        if isinstance(error, ItemNotFound):
            return True
        if not isinstance(error, BadRequest) or not (error.code or "").startswith("KPS."):
            return False
        return name not in [each.name for each in self._list()]

    def create(
        self,
        name: str,
        public_key: str | None = None,
        kind: str | None = None,
        user_id: str | None = None,
        scope: str | None = None,
        protection: KeyProtection | None = None,
    ) -> Keypair:
        self._own(user_id)
        if kind == "x509":
            self.api.require("keypair_types")
        return self._ask(
            lambda: self._create(name, public_key, kind, scope, protection),
            lambda: self._create_by_nova(name, public_key, kind, scope, protection),
        )

    def _create(
        self,
        name: str,
        public_key: str | None,
        kind: str | None,
        scope: str | None,
        protection: KeyProtection | None,
    ) -> Keypair:
        what = "%s the key pair %s" % ("import" if public_key else "create", name)
        wanted: dict[str, Any] = {"name": name}
        if public_key:
            wanted["public_key"] = public_key
        if kind:
            wanted["type"] = kind
        if scope:
            wanted["scope"] = _DOMAIN if scope == ACCOUNT else scope
        if protection:
            wanted["key_protection"] = _protection(protection)
        answer = self.kps.send("POST", "/keypairs", what, {"keypair": wanted})
        made = keypair(_CREATED.read(answer, what, has({"name": name})))
        # The response contains neither.
        return replace(made, scope=made.scope or scope, is_key_protection=bool(protection) or made.is_key_protection)

    def _create_by_nova(
        self,
        name: str,
        public_key: str | None,
        kind: str | None,
        scope: str | None,
        protection: KeyProtection | None,
    ) -> Keypair:
        if scope == ACCOUNT or protection:
            raise self.unsupported("keypair_scopes")
        return self._nova.create(name, public_key, kind)

    def delete(self, name: str, user_id: str | None = None) -> None:
        self._own(user_id)
        self._ask(lambda: self._delete(name), lambda: self._nova.delete(name, user_id))

    def _delete(self, name: str) -> None:
        path, what = "/keypairs/" + path_segment(name), "delete the key pair %s" % name
        try:
            prove_deleted(lambda: self.kps.send("DELETE", path, what), lambda: self.kps.read(path, what), what)
        except BadRequest as error:
            if not self._is_missing(error, name):
                raise

    def require_binding(self) -> None:
        super().require_binding()
        if self.kps.is_absent:
            raise self.unsupported("bind_keypair")


def _protection(wanted: KeyProtection) -> dict[str, Any]:
    encryption = {"type": wanted.encryption, "kms_key_name": wanted.kms_key_name, "kms_key_id": wanted.kms_key_id}
    found: dict[str, Any] = {"encryption": {key: value for key, value in encryption.items() if value}}
    if wanted.private_key:
        found["private_key"] = wanted.private_key
    return found


def keypair(data: Mapping[str, Any]) -> Keypair:
    """A key pair in any response of KPS."""
    scope = text(data.get("scope"))
    return Keypair(
        name=id_in(data, "a key pair", "name"),
        public_key=text(data.get("public_key")),
        type=text(data.get("type")),
        fingerprint=text(data.get("fingerprint")),
        user_id=text(data.get("user_id")),
        created=_time(data.get("create_time")),
        id=integer(data.get("id")),
        updated_at=_time(data.get("update_time")),
        deleted=boolean(data.get("deleted")),
        deleted_at=_time(data.get("delete_time")),
        scope=ACCOUNT if scope == _DOMAIN else scope,
        description=text(data.get("description")),
        is_key_protection=boolean(data.get("is_key_protection")),
        private_key=text(data.get("private_key")),
    )


def _time(value: Any) -> str | None:
    """A time in seconds or milliseconds as a text in UTC; ``None`` for none."""
    seconds = integer(value)
    if not seconds or seconds < 0:
        return None
    if seconds > _MOST_SECONDS:
        seconds //= 1000
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
