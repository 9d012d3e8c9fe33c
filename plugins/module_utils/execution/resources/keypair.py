# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a plan for a key pair: a generated private key is stored, or the key pair is deleted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    RateLimited,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.apply import apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import (
    Rollback,
    StepDefinition,
    StepEngine,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, OutcomeUnknown
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.keypair import (
    ATTACH,
    CREATE,
    DELETE,
    DETACH,
    KeypairSpec,
    material,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair, KeyProtection
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
    from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.private_key_file import (
        PrivateKeyFile,
    )

RESTORE = "restore"
#: The number of attempts to attach or detach a key pair while the responses prove nothing.
_TRIES = 3


def apply_keypair(
    cloud: Compute,
    observed: Keypair | None,
    plan: ResourcePlan,
    wanted: KeypairSpec,
    user_id: str | None,
    place: PrivateKeyFile | None,
    register_secret: Callable[[str], None],
) -> Keypair | None:
    """Carries out the plan; returns the resulting key pair. Raises PartialFailure if the cloud rejects a step, and
    InvalidRequest if a private key could not be stored. If the replacement of a key pair cannot be created, the key
    pair is restored."""
    steps = KeypairSteps(cloud, observed, wanted, user_id, place, register_secret)
    StepEngine(cloud, steps.definitions(), _rollback(observed) if observed else None).run(plan)
    return steps.keypair if wanted.state == "present" else None


def _rollback(old: Keypair) -> Rollback:
    lost = "The key pair %s is lost; its public key was: %s" % (old.name, material(old.public_key))
    words = "The previous key pair %s was restored." % old.name
    return Rollback("key pair", [UpdateStep(RESTORE, old)], lost, lambda: words, keeps_replacement=True)


@dataclass
class KeypairSteps:
    """How the steps are carried out. ``keypair`` is the resulting key pair."""

    cloud: Compute
    keypair: Keypair | None
    wanted: KeypairSpec
    user_id: str | None
    place: PrivateKeyFile | None
    register_secret: Callable[[str], None]

    def definitions(self) -> dict[str, StepDefinition]:
        saved = "The private key of %s is in %s." % (self.wanted.name, self.place.path) if self.place else None
        generation = StepDefinition(self._generate, None, store=self._save, left=saved)
        # It is no error if another user has imported the same key in the meantime.
        importing = StepDefinition(self._create, self._is_imported, store=self._store)
        # The private key that the cloud kept of the previous key pair is lost.
        restoring = StepDefinition(self._import, self._is_imported, store=self._store)
        return {
            CREATE: generation if self.wanted.public_key is None else importing,
            RESTORE: restoring,
            DELETE: self._deletion(),
            ATTACH: StepDefinition(
                lambda server: self._submit(server, ATTACH), lambda server: self._shows(server, True), ()
            ),
            DETACH: StepDefinition(
                lambda server: self._submit(server, DETACH), lambda server: self._shows(server, False), ()
            ),
        }

    def _store(self, made: Keypair) -> None:
        self.keypair = made

    def _read(self) -> Keypair | None:
        return self.cloud.keypairs.get(self.wanted.name, self.user_id)

    def _create(self, new: Keypair) -> Keypair:
        return self._import(new, self.wanted.protection)

    def _import(self, new: Keypair, protection: KeyProtection | None = None) -> Keypair:
        return self.cloud.keypairs.create(new.name, new.public_key, new.type, self.user_id, new.scope, protection)

    def _is_imported(self, new: Keypair) -> Keypair | None:
        observed = self._read()
        if observed is None or material(observed.public_key) != material(new.public_key):
            return None
        return observed if new.scope in (None, observed.scope) else None

    def _deletion(self) -> StepDefinition:
        return StepDefinition(
            lambda _value: self.cloud.keypairs.delete(self.wanted.name, self.user_id),
            lambda _value: self._read() is None,
        )

    def _generate(self, new: Keypair) -> Keypair:
        """Lets the cloud generate a key pair. If its private key is lost with the response, the key pair is deleted
        again."""
        lost = False

        def look() -> None:
            nonlocal lost
            if not self._read():
                return
            try:
                self._deletion().take(self.cloud)
            except CloudError as error:
                raise OutcomeUnknown(
                    "The cloud generated the key pair %s, but its private key was lost with the response, and it"
                    " could not be deleted again: %s" % (new.name, error.message),
                    hint="Delete the key pair, then run the task again.",
                ) from None
            lost = True

        try:
            made: Keypair = apply_and_verify(self.cloud, lambda: self._create(new), look, ())
        except CloudError as error:
            if lost:
                error.hint = "The key pair was deleted again, because its private key is lost; run the task again."
            raise
        return made

    def _save(self, made: Keypair) -> None:
        """Writes the private key of a generated key pair. If it cannot be stored, the key pair is deleted again,
        because it is useless without its private key. Raises InvalidRequest."""
        if not made.private_key or self.place is None:
            raise self._taken_back("the cloud generated the key pair %s without a private key" % made.name)
        self.register_secret(made.private_key)
        try:
            self.place.write(made.private_key)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            words = "private_key_path: %s could not be written (%s)" % (self.place.path, why)
            raise self._taken_back(words) from None
        self.keypair = made

    def _taken_back(self, why: str) -> InvalidRequest:
        """Deletes the key pair; returns the error with this fact added."""
        name = self.wanted.name
        try:
            self._deletion().take(self.cloud)
        except CloudError as error:
            return InvalidRequest(
                "%s, and the key pair %s could not be deleted again, so delete it: %s" % (why, name, error)
            )
        return InvalidRequest("%s, so the key pair %s was deleted again" % (why, name))

    def _submit(self, server: Server, action: str) -> None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import keypair as of_servers

        request = of_servers.action_of(
            of_servers.ATTACH if action == ATTACH else of_servers.DETACH, (self.wanted.name,)
        )
        # A repeated request is safe, and the response is often the only evidence. apply_and_verify pauses if the cloud
        # asks to retry later.
        for left in range(_TRIES - 1, -1, -1):
            try:
                self.cloud.servers.submit(server, request)
                return
            except CloudError as error:
                if not left or isinstance(error, RateLimited) or not is_ambiguous(error):
                    raise

    def _shows(self, server: Server, attached: bool) -> bool:
        """Whether the key pair is attached to the server, or detached from it."""
        name = self.wanted.name
        now = self.cloud.servers.by_id([server.id]).get(server.id)
        shown = now.key_name if now else None
        if (shown == name) is attached and name in (shown, server.key_name):
            return True
        if attached and now and shown is None:
            return False
        raise CloudError(
            "the cloud shows only one key pair of a server, and shows %s with %s" % (server.label, shown or "none")
        )
