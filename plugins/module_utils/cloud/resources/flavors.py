# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flavors."""

from __future__ import annotations

from dataclasses import asdict
from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor, FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.named import NamedResource

_SIZES = "sizes"


class Flavors(NamedResource):
    """The flavors of the project; changes need an administrator."""

    capability = "flavor_admin"
    kind = "flavors"

    def list_sizes(self) -> Sequence[Flavor]:
        """Every flavor of the project, with the fields of a server's record."""
        raise self.unsupported("flavors")

    def find_sizes(self) -> Sequence[Flavor]:
        """Every flavor as in ``list_sizes``, which ``sizes_found_before`` then gives to the other tasks of the run."""
        found = list(self.list_sizes())
        self.remember(_SIZES, [asdict(flavor) for flavor in found])
        return found

    def sizes_found_before(self) -> Sequence[Flavor]:
        """The flavors that another task of the run has found a short time ago. They must not decide a change."""
        try:
            return [Flavor(**each) for each in self.recall(_SIZES) or ()]
        except TypeError:
            return ()

    def list(self, brief: bool = False, is_public: bool | None = None) -> Sequence[FlavorDetails]:
        """Every flavor that the user can see, with its extra_specs if the cloud shows them. ``brief``: ids and names
        are sufficient; a platform with a faster list of those leaves the other fields empty. ``is_public``: only public
        or only private flavors are needed; the caller checks them again."""
        raise self.unsupported("flavors")

    def get(self, flavor_id: str) -> FlavorDetails | None:
        """The flavor with this id, as in ``list``."""
        return next((flavor for flavor in self.list() if flavor.id == flavor_id), None)

    def list_resizable(self, server_id: str) -> Sequence[FlavorDetails]:
        """The flavors to which the server can be resized, whether they are on sale or not."""
        raise self.unsupported("resize_flavors")

    def with_access(self, flavor: FlavorDetails) -> FlavorDetails:
        """The flavor with its access list, which only a private flavor has."""
        raise self.unsupported("flavor_access")

    def create(self, wanted: FlavorDetails, explicit_id: bool) -> FlavorDetails:
        """``explicit_id``: the id of the new flavor; otherwise the cloud generates one."""
        raise self.unsupported()

    def update(self, flavor_id: str, description: str | None) -> None:
        """Sets the description, the only field that can be changed. Needs microversion 2.55."""
        raise self.unsupported()

    def delete(self, flavor_id: str) -> None:
        """Deletes the flavor; it is no error if it does not exist."""
        raise self.unsupported()

    def set_extra_specs(self, flavor_id: str, extra_specs: Mapping[str, str]) -> None:
        """Adds and changes extra specs; others are kept."""
        raise self.unsupported()

    def unset_extra_spec(self, flavor_id: str, key: str) -> None:
        """Removes one extra spec; it is no error if it does not exist."""
        raise self.unsupported()

    def add_access(self, flavor_id: str, project_id: str) -> None:
        """Allows a project to use a private flavor."""
        raise self.unsupported()

    def remove_access(self, flavor_id: str, project_id: str) -> None:
        """Removes the access of a project to a private flavor."""
        raise self.unsupported()
