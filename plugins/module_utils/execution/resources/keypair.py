# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out the plan of a key pair: a generated private key is stored, or the key pair is deleted again."""

from __future__ import annotations

from typing import Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    RateLimited,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.apply import apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.private_key_file import (
    PrivateKeyFile,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import (
    InvalidRequest,
    OutcomeUnknown,
    PartialFailure,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.keypair import (
    ATTACH,
    CREATE,
    DELETE,
    KeypairSpec,
    material,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    ATTACH as ATTACH_TO,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    DETACH as DETACH_FROM,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    action_of,
)

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
    """Carries out the steps in order; returns the resulting key pair. Raises PartialFailure if the cloud rejects a
    step, and InvalidRequest if a private key could not be stored. If the replacement of a key pair cannot be created,
    the key pair is restored."""
    done: list[str] = []
    for step in plan.steps:
        try:
            if step.action == DELETE:
                delete_keypair(cloud, wanted.name, user_id)
            elif step.action == CREATE:
                observed = _create(cloud, observed, wanted, user_id, place, register_secret, done)
            else:
                _move(cloud, step.action, step.value, wanted.name)
        except CloudError as error:
            if place and CREATE in done:
                words = "The private key of %s is in %s." % (wanted.name, place.path)
                error.hint = "%s %s" % (error.hint, words) if error.hint else words
            raise PartialFailure(error, done) from None
        done.append("%s %s" % (step.action, step.value.label) if step.value else step.action)
    return observed if wanted.state == "present" else None


def delete_keypair(cloud: Compute, name: str, user_id: str | None) -> None:
    """Deletes the key pair. Raises CloudError unless the deletion is proven."""

    def send() -> bool:
        cloud.keypairs.delete(name, user_id)
        return True

    apply_and_verify(cloud, send, lambda: cloud.keypairs.get(name, user_id) is None)


def _move(cloud: Compute, action: str, server: Server, name: str) -> None:
    """Attaches the key pair to the server, or detaches it. Raises CloudError."""

    def send() -> bool:
        # A repeated request is safe, and the response is often the only evidence. apply_and_verify pauses if the cloud
        # asks to retry later.
        for left in range(_TRIES - 1, -1, -1):
            try:
                cloud.servers.submit(server, action_of(ATTACH_TO if action == ATTACH else DETACH_FROM, (name,)))
                break
            except CloudError as error:
                if not left or isinstance(error, RateLimited) or not is_ambiguous(error):
                    raise
        return True

    def look() -> bool:
        now = cloud.servers.by_id([server.id]).get(server.id)
        shown = now.key_name if now else None
        if (shown == name) is (action == ATTACH) and name in (shown, server.key_name):
            return True
        if action == ATTACH and now and shown is None:
            return False
        raise CloudError(
            "the cloud shows only one key pair of a server, and shows %s with %s" % (server.label, shown or "none")
        )

    apply_and_verify(cloud, send, look, ())


def _create(
    cloud: Compute,
    old: Keypair | None,
    wanted: KeypairSpec,
    user_id: str | None,
    place: PrivateKeyFile | None,
    register_secret: Callable[[str], None],
    done: list[str],
) -> Keypair:
    """Like make_keypair; if it fails, the key pair that was deleted for it is restored and removed from ``done``."""
    try:
        return make_keypair(cloud, wanted, user_id, place, register_secret)
    except (CloudError, InvalidRequest) as error:
        if old is None or DELETE not in done:
            raise
        try:
            import_keypair(cloud, old.name, old.public_key or "", old.type, user_id)
        except CloudError as trouble:
            hint = "The key pair %s is lost; its public key was: %s" % (old.name, material(old.public_key))
            words = "%s; restoring the old key pair failed: %s" % (error, trouble)
            raise PartialFailure(CloudError(words, hint=hint), done) from None
        done.remove(DELETE)
        words = "The previous key pair %s was restored." % old.name
        if isinstance(error, InvalidRequest):
            raise InvalidRequest("%s. %s" % (error, words)) from None
        error.hint = "%s %s" % (error.hint, words) if error.hint else words
        raise


def make_keypair(
    cloud: Compute,
    wanted: KeypairSpec,
    user_id: str | None,
    place: PrivateKeyFile | None,
    register_secret: Callable[[str], None],
) -> Keypair:
    """Creates or imports the key pair. When this returns, a generated private key is stored on disk. If it cannot be
    stored, the key pair is deleted again, because it is useless without its private key. Raises CloudError, and
    InvalidRequest if the file could not be written."""
    name = wanted.name
    if wanted.public_key is not None:
        return import_keypair(cloud, name, wanted.public_key, wanted.kind, user_id)
    made = _generate(cloud, wanted, user_id)
    if not made.private_key or place is None:
        raise _taken_back(cloud, name, user_id, "the cloud generated the key pair %s without a private key" % name)
    register_secret(made.private_key)
    try:
        place.write(made.private_key)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        words = "private_key_path: %s could not be written (%s)" % (place.path, why)
        raise _taken_back(cloud, name, user_id, words) from None
    return made


def import_keypair(cloud: Compute, name: str, public_key: str, kind: str | None, user_id: str | None) -> Keypair:
    """Imports the public key; it is no error if another user has imported the same key in the meantime. Raises
    CloudError."""

    def look() -> Keypair | None:
        observed = cloud.keypairs.get(name, user_id)
        return observed if observed and material(observed.public_key) == material(public_key) else None

    return apply_and_verify(cloud, lambda: cloud.keypairs.create(name, public_key, kind, user_id), look)


def _generate(cloud: Compute, wanted: KeypairSpec, user_id: str | None) -> Keypair:
    """Lets the cloud generate a key pair. If its private key is lost with the response, the key pair is deleted
    again."""
    lost: list[str] = []

    def look() -> Keypair | None:
        if cloud.keypairs.get(wanted.name, user_id):
            try:
                delete_keypair(cloud, wanted.name, user_id)
            except CloudError as error:
                raise OutcomeUnknown(
                    "The cloud generated the key pair %s, but its private key was lost with the response, and it"
                    " could not be deleted again: %s" % (wanted.name, error.message),
                    hint="Delete the key pair, then run the task again.",
                ) from None
            lost.append(wanted.name)
        return None

    try:
        return apply_and_verify(cloud, lambda: cloud.keypairs.create(wanted.name, None, wanted.kind, user_id), look, ())
    except CloudError as error:
        if lost:
            error.hint = "The key pair was deleted again, because its private key is lost; run the task again."
        raise


def _taken_back(cloud: Compute, name: str, user_id: str | None, why: str) -> InvalidRequest:
    """Deletes the key pair; returns the error with this fact added."""
    try:
        delete_keypair(cloud, name, user_id)
    except CloudError as error:
        return InvalidRequest(
            "%s, and the key pair %s could not be deleted again, so delete it: %s" % (why, name, error)
        )
    return InvalidRequest("%s, so the key pair %s was deleted again" % (why, name))
