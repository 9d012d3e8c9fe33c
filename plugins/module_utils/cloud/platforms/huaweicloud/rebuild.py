# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing and reinstalling the OS of an ECS, and the images of IMS.

Sources: Elastic Cloud Server API Reference, "Changing an ECS OS (Using an Image with Cloud-Init Installed)" and "Error
Codes"; H08 of docs/operations.yml. ``/v2`` is for
images with cloud-init, ``/v1`` for those without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import AccessKey
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, NotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs

_GIVE_OWNER = "Check key_name, or set user_id to the id of the IAM user who owns the key pair."
_NO_CLOUD_INIT = "If the image has no cloud-init, set cloud_init: false."


def rebuild(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    """``changeos``, and ``reinstallos`` for the image that the server has."""
    spec: RebuildSpec = arguments["spec"]
    word = "reinstall" if spec.same_image else "change"
    return ActionRequest(
        {"os-" + word: _body(spec)},
        "/%sos" % word,
        version="v2" if spec.cloud_init else "v1",
        what="%s the OS of %s" % (word, server.label),
        image_id=spec.image_id,
        hints={"Ecs.0005": _NO_CLOUD_INIT} if spec.cloud_init else {},
    )


def key_owner(keypairs: Keypairs, settings: Settings, key_name: str) -> str | None:
    """``userid`` of a key pair. By default the cloud uses the user of the token (Elastic Cloud Server API Reference,
    "Changing an ECS OS"). An access key has no token, so the key pair itself shows its user; a user only reads the own
    key pairs."""
    if not isinstance(settings.auth, AccessKey):
        return None
    try:
        found = keypairs.get(key_name)
    except CloudError as error:
        error.hint = _GIVE_OWNER
        raise
    if found is None or not found.user_id:
        problem = "does not exist" if found is None else "does not show its user"
        raise NotFound("The key pair %s of this access key's user %s." % (key_name, problem), hint=_GIVE_OWNER)
    return found.user_id


def _body(spec: RebuildSpec) -> dict[str, Any]:
    """The value of the body's key; every name is lower case there, and every value is a string."""
    found: dict[str, Any] = {}
    if not spec.same_image:
        found["imageid"] = spec.image_id
    for key, value in (("adminpass", spec.password), ("keyname", spec.key_name), ("userid", spec.user_id)):
        if value:
            found[key] = value
    if spec.stop_running:
        found["mode"] = "withStopServer"
    if spec.auto_pay and not spec.same_image:
        # The call that keeps the image has no such parameter, because it costs nothing.
        found["isAutoPay"] = "true"
    metadata = {}
    if spec.user_data:
        metadata["user_data"] = spec.user_data
    if spec.encrypted is not None:
        metadata["__system__encrypted"] = "1" if spec.encrypted else "0"
    if spec.kms_key_id:
        metadata["__system__cmkid"] = spec.kms_key_id
    if metadata:
        found["metadata"] = metadata
    return found
