"""The clouds that the gateway shows of the one lab: what a client is told of it, and by which credentials."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cloud:
    """One way to look at the lab.

    ``estate`` is the platform of the simulator's default.yml whose servers it has, in a project of their own;
    ``version`` the compute service's path in the catalog, v2 being Nova's own of 2014, without microversions;
    ``newest`` the microversion that the version document calls the newest; ``tls`` whether it is behind https with a
    private authority, and requires a client certificate; ``translated`` what an action of the vendor's is called in
    plain Nova; ``lacks`` what the vendor has and Nova has not.
    """

    name: str
    platform: str
    estate: str
    version: str = "v2.1"
    newest: str = ""
    credentials: str = "password"
    tls: bool = False
    translated: Mapping[str, str] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud("openstack", "openstack", "openstack"),
        Cloud("openstack-credential", "openstack", "openstack", credentials="application_credential"),
        Cloud("openstack-clouds-yaml", "openstack", "openstack", credentials="clouds_yaml", tls=True),
        Cloud("openstack-tls", "openstack", "openstack", tls=True),
        # Its servers have metadata in place of tags, which came with microversion 2.26.
        Cloud("openstack-2014", "openstack", "ustack", version="v2"),
        Cloud("openstack-2.1", "openstack", "ustack", newest="2.1"),
        Cloud("easystack", "easystack", "easystack", newest="2.67", lacks=("live_resize",)),
        # os-shutdown, which asks the guest, is what Nova's os-stop does; Nova has no way to cut the power.
        Cloud(
            "ustack",
            "ustack",
            "ustack",
            version="v2",
            translated={"os-shutdown": "os-stop"},
            lacks=("attachKeypairs", "detachKeypairs"),
        ),
    )
}
