# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images."""

from __future__ import annotations

from dataclasses import asdict
from typing import Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Api
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.named import (
    NamedResource,
    names_of_run,
)

_KIND = "images"
_NAMES = "names"


class Images(NamedResource):
    """The images of the project."""

    capability = "images"
    kind = _KIND
    _names: Mapping[str, str] | None = None

    def list(self, name: str | None = None) -> Sequence[ImageDetails]:
        """The images with that exact name, or all."""
        raise self.unsupported()

    def find(self, name: str) -> Sequence[ImageDetails]:
        """The images with that exact name, which ``found_before`` then gives to the other tasks of the run."""
        found = self.list(name=name)
        self.remember("name " + name, [asdict(image) for image in found])
        return found

    def found_before(self, name: str) -> Sequence[ImageDetails]:
        """The images with that name that another task of the run has found a short time ago. They must not decide a
        change."""
        kept = self.recall("name " + name)
        try:
            return [ImageDetails(**each) for each in kept or ()]
        except TypeError:
            return ()

    def names(self, wanted: Iterable[str] = (), only_shown: bool = False) -> Mapping[str, str]:
        """The name of each image of the list, by its id; the list is read once. ``only_shown``: the names decide
        nothing, so a list that another task has read a short time ago suffices if it has the ``wanted`` ids."""
        if self._names is None and only_shown:
            kept = self.recall(_NAMES)
            if isinstance(kept, dict) and all(isinstance(kept.get(image_id), str) for image_id in wanted):
                return kept
        if self._names is None:
            self._names = {image.id: image.name for image in self.list() if image.name}
            self.remember(_NAMES, self._names)
        return self._names

    def get(self, image_id: str) -> ImageDetails | None:
        """The image with this id."""
        raise self.unsupported()


def forget_images(api: Api) -> None:
    """Discard earlier results in the run, because this task adds or deletes an image."""
    names = names_of_run(api, _KIND)
    if names:
        names.clear()
