# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair, KeyProtection


class Keypairs(Resource):
    """The key pairs of a user; ``user_id`` selects another user, for an administrator."""

    capability = "keypairs"

    def list(self, user_id: str | None = None) -> Sequence[Keypair]:
        """Every key pair of the user."""
        raise self.unsupported()

    def get(self, name: str, user_id: str | None = None) -> Keypair | None:
        """The key pair with this name."""
        raise self.unsupported()

    def create(
        self,
        name: str,
        public_key: str | None = None,
        kind: str | None = None,
        user_id: str | None = None,
        scope: str | None = None,
        protection: KeyProtection | None = None,
    ) -> Keypair:
        """Imports the public key, or lets the cloud generate a key pair; only then the result has a private key.
        ``scope`` and ``protection`` are for a cloud with the capability ``keypair_scopes``."""
        raise self.unsupported()

    def delete(self, name: str, user_id: str | None = None) -> None:
        """Deletes the key pair; it is no error if it does not exist."""
        raise self.unsupported()

    def require_binding(self) -> None:
        """Raises UnsupportedOperation if the cloud is known to lack the service that binds key pairs to servers; sends
        no request."""
        self.api.require("bind_keypair")
