"""Nova's in-tree fake virt driver, with the gaps that hurt a test lab closed.

Only these things differ from nova.virt.fake.FakeDriverWithoutFakeNodes:
* resources are large enough for tens of thousands of servers;
* servers survive a restart of nova-compute (the in-tree driver keeps its
  guests in memory and then fails with InstanceNotFound);
* createImage uploads a few bytes, so that the image becomes active (the
  in-tree driver leaves it queued for ever);
* the uptime of a hypervisor is known (in-tree: NotImplementedError);
* a paused or suspended server is seen to be that (in-tree: running);
* the disks of servers are named as on KVM: /dev/vda (in-tree: /dev/sda);
* a host forgets a server that left it by live migration (in-tree: it stays,
  and cannot come back by evacuation);
* a port whose server was deleted can be attached again, and one that was
  attached before a restart can be detached (in-tree: the host refuses both);
* a volume with a tag can be detached (in-tree: nova-compute fails for want of
  the metadata of devices, and the volume stays attached for ever).
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io

from nova import objects
from nova.compute import power_state
from nova.image import glance
from nova.scheduler.client import report
from nova.virt import fake

# nova-compute asks Placement for the allocations of every server of the host,
# one request each, at every claim: quadratic in the servers per host. Only
# drivers that reshape their provider tree use the answer; this one does not.
report.SchedulerReportClient.get_allocations_for_provider_tree = lambda self, context, nodename: {}


class OsLabDriver(fake.FakeDriverWithoutFakeNodes):
    """Nova's fake driver with room for many servers."""

    vcpus = 100000
    memory_mb = 100000000
    local_gb = 10000000

    def _adopt(self, instance):
        if instance.uuid in self.instances or instance.deleted or instance.host != self._host:
            return
        state = instance.power_state
        if not state:
            state = power_state.RUNNING
        self.instances[instance.uuid] = fake.FakeInstance(instance.name, state, instance.uuid)

    def get_info(self, instance, use_cache=True):
        if instance.launched_at and instance.task_state is None:
            self._adopt(instance)
        return super().get_info(instance, use_cache)

    def default_root_device_name(self, instance, image_meta, root_bdm):
        return "/dev/vda"

    def get_host_uptime(self):
        return " 12:00:00 up 1 day,  2:03,  0 users,  load average: 0.00, 0.00, 0.00"

    def power_on(self, context, instance, *args, **kwargs):
        self._adopt(instance)
        return super().power_on(context, instance, *args, **kwargs)

    def power_off(self, instance, *args, **kwargs):
        self._adopt(instance)
        return super().power_off(instance, *args, **kwargs)

    def pause(self, instance):
        self._adopt(instance)
        self.instances[instance.uuid].state = power_state.PAUSED

    def unpause(self, instance):
        self._adopt(instance)
        self.instances[instance.uuid].state = power_state.RUNNING

    def suspend(self, context, instance):
        self._adopt(instance)
        self.instances[instance.uuid].state = power_state.SUSPENDED

    def resume(self, context, instance, network_info, block_device_info=None, share_info=None):
        self._adopt(instance)
        self.instances[instance.uuid].state = power_state.RUNNING

    def post_live_migration(self, context, instance, block_device_info, migrate_data=None):
        self.instances.pop(instance.uuid, None)

    def attach_interface(self, context, instance, image_meta, vif):
        self._interfaces[vif["id"]] = vif

    def detach_interface(self, context, instance, vif):
        self._interfaces.pop(vif["id"], None)

    def detach_volume(self, context, connection_info, instance, mountpoint, encryption=None):
        if instance.device_metadata is None:
            instance.device_metadata = objects.InstanceDeviceMetadata(devices=[])
        super().detach_volume(context, connection_info, instance, mountpoint, encryption)

    def unrescue(self, context, instance):
        self._adopt(instance)
        return super().unrescue(context, instance)

    def snapshot(self, context, instance, image_id, update_task_state):
        self._adopt(instance)
        super().snapshot(context, instance, image_id, update_task_state)
        glance.API().update(
            context,
            image_id,
            {"disk_format": "raw", "container_format": "bare", "status": "active", "is_public": False},
            data=io.BytesIO(b"os-lab snapshot of " + instance.uuid.encode()),
        )
