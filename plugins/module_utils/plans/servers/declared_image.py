# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the image and the flavor of a task with existing servers, by their records where these suffice. An image or
flavor that was deleted, hidden or replaced since must not affect a server that was created from it. Pure functions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: Glance accepts a UUID with hyphens and without.
_IMAGE_ID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
#: EasyStack's metadata key for an ISO image, whose value contains the name of the image (E57).
ISO_RECORD = "nodeinfo.com:iso-"


@dataclass(frozen=True)
class DeclaredImage:
    """The image of a task: ``text`` is its id or name. ``found`` are the images with this id or name. It is empty if
    the records of the servers suffice, or if no such image exists any more."""

    text: str
    found: tuple[ImageDetails, ...] = ()

    @property
    def label(self) -> str:
        return self.found[0].label if len(self.found) == 1 else self.text

    @property
    def details(self) -> ImageDetails | None:
        """The image, if it was looked up and is unique."""
        return self.found[0] if len(self.found) == 1 else None

    def runs_on(self, server: Server) -> bool:
        """Whether the server runs one of the images that were found."""
        return image_of(server) in [image.id for image in self.found]

    def differs(self, server: Server) -> bool:
        """Whether the server runs another image. An image of that name that is newer than the server is no difference:
        the name belonged to another image when the server was created."""
        runs = image_of(server)
        if not runs or shows_image(server, self.text) or any(image.id == runs for image in self.found):
            return False
        if any(same_id(image.id, self.text) for image in self.found):
            return True
        return any(not _is_newer(image, server) for image in self.found)


def is_image_id(text: str) -> bool:
    return bool(_IMAGE_ID.fullmatch(text))


def same_id(one: str, other: str) -> bool:
    """Whether two ids are equal, regardless of hyphens and case."""
    return one.replace("-", "").lower() == other.replace("-", "").lower()


def image_name(server: Server) -> str | None:
    """The name of the server's image according to its record; ``None`` if the cloud does not return it."""
    if server.image.name:
        return server.image.name
    try:
        recorded = json.loads(server.metadata.get(ISO_RECORD + str(server.image.id)) or "{}")
    except ValueError:
        return None
    name = recorded.get("image_name") if isinstance(recorded, dict) else None
    return name if isinstance(name, str) else None


def shows_image(server: Server, text: str) -> bool:
    """Whether the record of the server suffices: it contains this image, or no image that could be compared."""
    runs = image_of(server)
    return not runs or same_id(runs, text) or image_name(server) == text


def shows_flavor(server: Server, text: str) -> bool:
    """Whether the record of the server contains this flavor, by id or name."""
    return text in (server.flavor.id, server.flavor.name)


def has_flavor(server: Server, flavor: Flavor) -> bool:
    """Whether the server has the flavor, by its id, or by its name if the record has no id."""
    known = server.flavor
    return known.id == flavor.id if known.id else bool(known.name) and known.name == flavor.name


def _is_newer(image: ImageDetails, server: Server) -> bool:
    """Whether the image was created after the server; both times are in UTC, to the second."""
    return bool(image.created and server.created) and str(image.created)[:19] > str(server.created)[:19]
