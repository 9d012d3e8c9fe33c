"""A Cinder driver whose volumes are records alone: whatever is asked of one is done at once.

Cinder's own fake driver (cinder.tests.fake_driver) reports no multi-attach, copies images by qemu-img, and says that
all of its space is reserved.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from cinder.volume import driver


class OsLabVolumeDriver(driver.VolumeDriver):
    """Room for any volume, on any number of servers."""

    VERSION = "1.0"
    CI_WIKI_NAME = "none"

    def _nothing(self, *_args: Any, **_kwargs: Any) -> None:
        """All that is to be done."""

    check_for_setup_error = do_setup = _nothing
    create_volume = create_volume_from_snapshot = create_cloned_volume = delete_volume = extend_volume = _nothing
    create_snapshot = delete_snapshot = revert_to_snapshot = _nothing
    ensure_export = create_export = remove_export = terminate_connection = _nothing
    copy_image_to_volume = copy_image_to_encrypted_volume = _nothing

    def clone_image(self, *_args: Any) -> tuple[dict[str, Any], bool]:
        """The image is on the volume."""
        return {}, True

    def retype(self, *_args: Any) -> bool:
        """The volume is of the new type where it is."""
        return True

    def initialize_connection(self, volume: Any, connector: Any, **_kwargs: Any) -> dict[str, Any]:
        return {"driver_volume_type": "fake", "data": {"volume_id": volume.id, "access_mode": "rw"}}

    def _update_volume_stats(self) -> None:
        pool = {
            "pool_name": "lab",
            "total_capacity_gb": "infinite",
            "free_capacity_gb": "infinite",
            "reserved_percentage": 0,
            "multiattach": True,
            "QoS_support": False,
            "filter_function": self.get_filter_function(),
            "goodness_function": self.get_goodness_function(),
        }
        self._stats = {
            "volume_backend_name": "lab",
            "vendor_name": "cloudserver.compute",
            "driver_version": self.VERSION,
            "storage_protocol": "fake",
            "pools": [pool],
        }
