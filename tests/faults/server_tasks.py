"""Tasks that change servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tasks import ALL, FULL, NOVA, Task, define

from simulator.state.guest import digest
from simulator.state.ids import stable_id

PASSWORD = "Faulty-Pass-4711"
SCRIPT = "#!/bin/sh\necho a-line-of-the-script-that-nobody-may-read\nexit 0\n"
SCRIPT_LINE = "a-line-of-the-script-that-nobody-may-read"
HUAWEI = ("huaweicloud",)
#: Those whose servers can be locked.
LOCKS = ("huaweicloud", *FULL)
#: Of each platform: a flavor and a larger one, the image that servers run and another one, the network.
WORDS = {
    "openstack": ("m1.small", "m1.medium", "debian-12", "ubuntu-24.04", "private"),
    "easystack": ("1C-2G", "2C-4G", "openEuler-22.03", "ubuntu-24.04", "private"),
    "ustack": ("micro-1", "micro-2", "Ubuntu 14.04 x64", "CentOS 6.5 x64", "shared"),
    "huaweicloud": ("s6.small.1", "s6.large.2", "EulerOS 2.9 64bit", "Ubuntu 24.04 server 64bit", "vpc-demo"),
}


def kind(world: Any) -> dict[str, Any]:
    """What describes a server that can be made."""
    flavor, _larger, image, _other, network = WORDS[world.platform]
    if world.platform != "huaweicloud":
        return {"flavor": flavor, "image": image, "networks": [network]}
    row = world.sim.builders[world.platform].networks.rows[world.id_of("network", network)]
    subnet = row.subnets[0].id
    return {"flavor": flavor, "image": image, "vpc_id": stable_id("vpc", network), "networks": [{"subnet": subnet}],
            "system_disk": {"type": "GPSSD", "size_gb": 40}}  # fmt: skip


def spare_port(world: Any) -> str:
    """A port without a server."""
    return str(next(iter(world.sim.builders[world.platform].ports.rows)))


def larger(world: Any) -> str:
    return WORDS[world.platform][1]


def other_image(world: Any) -> str:
    return WORDS[world.platform][3]


def status(name: str, value: str) -> Callable[[Any], None]:
    return lambda world: world.change(name, status=value)


def add(found: list[Task]) -> None:
    def task(name: str, platforms: tuple[str, ...], options: Any, **more: Any) -> None:
        define(found, name, platforms, options, **more)

    _power(task)
    _passwords(task)
    _making(task)
    _changing(task)
    _images(task)
    _hangers(task)
    _hosts(task)


def _power(task: Any) -> None:
    one = {"names": ["web-01"]}
    task("server_power.start", ALL, {"names": ["batch-01"], "state": "started"})
    task("server_power.stop", ALL, {**one, "state": "stopped"})
    task("server_power.stop_two", ALL, {"names": ["web-01", "web-02"], "state": "stopped"})
    task("server_power.stop_forced", ALL, {**one, "state": "stopped", "force": True})
    task("server_power.stop_no_wait", ALL, {**one, "state": "stopped", "wait": False})
    task("server_power.restart", ALL, {**one, "state": "restarted"}, again=True)
    task("server_power.restart_two", ALL, {"names": ["web-01", "web-02"], "state": "restarted"}, again=True)
    task("server_power.restart_forced", ALL, {**one, "state": "restarted", "force": True}, again=True)
    task("server_power.restart_no_wait", ALL, {**one, "state": "restarted", "wait": False}, again=True)
    task("server_power.pause", FULL, {**one, "state": "paused"})
    task("server_power.unpause", FULL, {**one, "state": "started"}, prepare=status("web-01", "PAUSED"))
    task("server_power.suspend", FULL, {**one, "state": "suspended"})
    task("server_power.resume", FULL, {**one, "state": "started"}, prepare=status("web-01", "SUSPENDED"))


def _passwords(task: Any) -> None:
    one = {"names": ["web-01"], "password": PASSWORD}
    hidden = {"secrets": (PASSWORD,)}
    task("server_password.set", ALL, one, again=True, **hidden)
    task("server_password.revision", ALL, {**one, "revision": "2026-03"}, **hidden)
    task("server_password.two", ALL, {**one, "names": ["web-01", "web-02"]}, again=True, **hidden)
    task("server_password.now", HUAWEI, {**one, "apply": "now", "revision": "2026-03"}, **hidden)


def _making(task: Any) -> None:
    hidden = {"secrets": (PASSWORD, SCRIPT_LINE)}
    task("server.create", ALL, lambda world: {"name": "new-1", **kind(world)})
    task("server.create_no_wait", ALL, lambda world: {"name": "new-1", "wait": False, **kind(world)})
    task("server.create_two", ALL, lambda world: {"names": ["new-1", "new-2"], **kind(world)})
    task("server.create_port", NOVA, lambda world: {
        "name": "new-1", **kind(world), "networks": [{"port": world.id_of("port", "spare-1")}]})  # fmt: skip
    task("server.create_count", FULL, lambda world: {"name": "new", "count": 2, **kind(world)})
    task("server.create_full", LOCKS, lambda world: {
        "name": "new-1", **kind(world), "tags": ["role=new"], "metadata": {"team": "a"}, "password": PASSWORD,
        "user_data": SCRIPT, "locked": True}, **hidden)  # fmt: skip
    task("server.create_spot", HUAWEI, lambda world: {
        **kind(world), "name": "new-1", "spot": {"price": "0.5"}, "networks": [{"port": spare_port(world)}],
        "volumes": [{"volume_type": "ESSD2", "size_gb": 10, "iops": 500, "multiattach": True}]})  # fmt: skip
    task("server.recreate", FULL, lambda world: {"name": "broken-01", "recreate": True, **kind(world)})
    task("server_fleet.mixed", ALL, lambda world: {
        "defaults": kind(world), "tag": "fleet=new", "servers": [
            {"name": "new-1", "metadata": {"team": "a"}}, {"name": "new-2"},
            {"name": "web-01", "metadata": {"team": "a"}}, {"name": "web-02", "state": "absent"}]})  # fmt: skip
    task("server_fleet.power", ALL, {"servers": [
        {"name": "web-01", "power_state": "stopped"}, {"name": "batch-01", "power_state": "started"}]})  # fmt: skip
    task("server.delete", ALL, {"name": "web-01", "state": "absent"})
    task("server.delete_two", ALL, {"names": ["web-01", "web-02"], "state": "absent"})
    task("server.delete_no_wait", ALL, {"name": "web-01", "state": "absent", "wait": False})
    task("server.restore", ("easystack", "huaweicloud"), {"name": "binned-01", "state": "restored"})
    task("server.purge_deleted", ("huaweicloud",), {"name": "web-01", "state": "purged"},
         prepare=lambda world: world.sim.options["huaweicloud"].update(recycle_bin="on"))  # fmt: skip
    task("server.purge_restorable", ("huaweicloud",), {"name": "binned-01", "state": "purged"})
    task("server.purge", ("easystack",), {"name": "web-01", "state": "purged"}, user="admin")
    task("server.purge_binned", ("easystack",), {"name": "binned-01", "state": "purged"}, user="admin")


def _changing(task: Any) -> None:
    web = {"name": "web-01"}
    task("server.rename", ALL, {**web, "new_name": "web-renamed"})
    task("server.describe", ("openstack", "easystack", "huaweicloud"), {**web, "description": "for the shop"})
    task("server.metadata", ALL, {**web, "metadata": {"team": "a", "shift": "night"}})
    task("server.metadata_purge", ALL, {**web, "metadata": {"team": "a"}, "purge_metadata": True},
         prepare=lambda world: world.first("server", name="web-01", metadata={"old": "1", "team": "b"}))  # fmt: skip
    task("server.metadata_remove", ALL, {**web, "metadata": {"team": "a"}, "remove_metadata": ["old", "older"]},
         prepare=lambda world: world.first("server", name="web-01", metadata={"old": "1", "older": "2"}))  # fmt: skip
    task("server.tags", ALL, {**web, "tags": ["role=web", "stage=2"]})
    task("server.tags_purge", ALL, {**web, "tags": ["stage=2"], "purge_tags": True})
    task("server.boot_order", ("easystack",), {**web, "boot_order": ["network", "hd"], "apply": "now"})
    task("server.lock", LOCKS, {**web, "locked": True})
    task("server.unlock", LOCKS, {"name": "vault-01", "locked": False})
    task("server.resize", ("openstack", "easystack", "huaweicloud"),
         lambda world: {**web, "flavor": larger(world), "resize": "offline"})  # fmt: skip
    task("server.resize_paid", ("huaweicloud",),
         lambda world: {"name": "batch-01", "flavor": larger(world), "resize": "offline", "auto_pay": True},
         prepare=lambda world: setattr(world.sim.fleets["huaweicloud"].find("batch-01"), "prepaid", True))  # fmt: skip
    task("server.resize_unconfirmed", FULL,
         lambda world: {**web, "flavor": larger(world), "resize": "offline", "confirm": False})  # fmt: skip
    task("server.resize_live", ("easystack",), lambda world: {**web, "flavor": larger(world), "resize": "live"})
    task("server.revert", FULL, {**web, "revert": True},
         prepare=lambda world: world.first("server", name="web-01", flavor=larger(world), resize="offline",
                                           confirm=False))  # fmt: skip
    task("server.reset_state", FULL, {"name": "broken-01", "reset_state": "active"}, user="admin")
    task("server.many_steps", LOCKS, lambda world: {
        **web, "new_name": "web-renamed", "metadata": {"team": "a"}, "tags": ["role=web", "stage=2"],
        "locked": True})  # fmt: skip


def _images(task: Any) -> None:
    hidden = {"secrets": (PASSWORD, SCRIPT_LINE)}
    platforms = ("openstack", "easystack", "huaweicloud")
    task("server_os.image", platforms, lambda world: {
        "names": ["web-01"], "image": other_image(world), "password": PASSWORD}, **hidden)  # fmt: skip
    task("server_os.image_two", platforms, lambda world: {
        "names": ["web-01", "batch-01"], "image": other_image(world), "password": PASSWORD}, **hidden)  # fmt: skip
    task("server_os.reinstall", platforms, {"names": ["web-01"], "reinstall": True, "password": PASSWORD}, again=True,
         **hidden)  # fmt: skip
    task("server_os.user_data", FULL, lambda world: {
        "names": ["web-01"], "image": other_image(world), "user_data": SCRIPT, "metadata": {"team": "a"}},
        **hidden)  # fmt: skip
    task("server_os.stopped", platforms, lambda world: {
        "names": ["web-01"], "image": other_image(world), "password": PASSWORD, "power_state": "stopped"},
        **hidden)  # fmt: skip
    task("server_snapshot.make", NOVA, {"names": ["web-01"], "name": "before", "metadata": {"ticket": "7"}})
    task("server_snapshot.two", NOVA, {"names": ["web-01", "web-02"], "name": "{name}-before"})
    task("server_snapshot.no_wait", NOVA, {"names": ["web-01"], "name": "before", "wait": False})
    task("server_snapshot.delete", NOVA, {"name": "before", "state": "absent"},
         prepare=lambda world: world.first("server_snapshot", names=["web-01"], name="before"))  # fmt: skip


def _hangers(task: Any) -> None:
    both = ("huaweicloud", "openstack")
    task("server.public_ip", both, {"name": "web-03", "public_ip": "203.0.113.201"})
    task("server.public_ip_replaced", both, {"name": "web-01", "public_ip": "203.0.113.201"})
    task("server.public_ip_unbound", both, {"names": ["web-01", "bastion-01"], "public_ip": ""})
    task("server.public_ip_any", both, {"name": "web-03", "public_ip": {"reuse": True}})
    task(
        "server.public_ip_made", ("openstack",), {"name": "web-03", "public_ip": {"network": "public", "reuse": False}}
    )
    task("server.public_ip_released", ("openstack",), {"name": "web-01", "public_ip": "", "release_public_ip": True})
    task("server.security_groups", both, {"names": ["web-01", "web-02"], "security_groups": ["web"]})
    task("server.security_groups_added", both, {"names": ["web-01"], "security_groups": ["web", "default"]})

    def port(world: Any) -> dict[str, Any]:
        return {"names": ["web-01"], "port_id": world.id_of("port", "spare-1")}

    def network(world: Any) -> dict[str, Any]:
        return {"names": ["web-01"], "network_id": world.storage}

    def make_network(world: Any) -> None:
        networks = world.sim.builders[world.platform].networks
        if world.platform == "huaweicloud":
            world.storage = next(iter(networks.rows.values())).subnets[1].id
            return
        world.storage = networks.add({"name": "storage-net", "shared": True, "subnets": ["172.30.0.0/16"]}).id

    def attached(world: Any) -> None:
        world.first("server_interface", **port(world))

    def on_network(world: Any) -> None:
        make_network(world)
        world.first("server_interface", **network(world))

    def volumes(*names: str) -> Callable[[Any], dict[str, Any]]:
        return lambda world: {"names": ["web-01"], "volumes": [world.id_of("volume", name) for name in names]}

    def with_volume(world: Any) -> None:
        world.first("server_volume", **volumes("data-1")(world))

    task("server_interface.port", ALL, port)
    task("server_interface.network", ALL, network, prepare=make_network)
    task("server_interface.detach", ALL, lambda world: {**port(world), "state": "absent"}, prepare=attached)
    task("server_interface.detach_network", ALL, lambda world: {**network(world), "state": "absent"},
         prepare=on_network)  # fmt: skip
    task("server_volume.attach", ALL, volumes("data-1"))
    task("server_volume.attach_two", ALL, volumes("data-1", "data-2"))
    task("server_volume.attach_no_wait", HUAWEI, lambda world: {**volumes("data-1")(world), "wait": False})
    task("server_volume.delete_with_server", HUAWEI, lambda world: {
        **volumes("data-1")(world), "delete_on_termination": True})  # fmt: skip
    task("server_volume.detach", ALL, lambda world: {**volumes("data-1")(world), "state": "absent"},
         prepare=with_volume)  # fmt: skip
    task("server_volume.purge", ALL, lambda world: {**volumes("data-2")(world), "purge_volumes": True},
         prepare=with_volume)  # fmt: skip
    task("server_keypair.attach", ("ustack",), {"names": ["web-02"], "key_names": ["deploy"]})
    task("server_keypair.attach_two", ("ustack",), {"names": ["web-02"], "key_names": ["deploy", "operators"]},
         unshown=True)  # fmt: skip
    _bindings(task)
    task("server_keypair.detach", ("ustack",), {"names": ["web-01"], "key_names": ["operators"], "state": "detached"})


def _bindings(task: Any) -> None:
    """The key pair of a server of huaweicloud, with and without a login at the guest."""

    def stopped_with(world: Any) -> None:
        world.change("batch-01", key_name="operators")

    def with_password(world: Any) -> None:
        world.change("web-02", password=digest(PASSWORD))

    stopped = {"names": ["batch-01"], "key_names": ["operators"]}
    task("server_keypair.bind", HUAWEI, stopped)
    task("server_keypair.bind_no_wait", HUAWEI, {**stopped, "wait": False})
    task("server_keypair.bind_running", HUAWEI, {"names": ["web-02"], "key_names": ["operators"], "password": PASSWORD},
         prepare=with_password, secrets=(PASSWORD,))  # fmt: skip
    task("server_keypair.unbind", HUAWEI, {**stopped, "state": "detached"}, prepare=stopped_with)


def _hosts(task: Any) -> None:
    def on(host: str, **more: Any) -> Callable[[Any], None]:
        return lambda world: world.change("web-01", host=host, **more)

    def dead(world: Any) -> None:
        world.change("web-01", host="cmp3")
        world.sim.builders[world.platform].hosts.up["cmp3"] = False

    one = {"names": ["web-01"]}
    task("server_migrate.live", FULL, {**one, "host": "cmp5", "mode": "live"}, prepare=on("cmp1"), user="admin")
    task("server_migrate.cold", FULL, {**one, "host": "cmp5", "mode": "cold"}, prepare=on("cmp1"), user="admin")
    task("server_migrate.unconfirmed", FULL, {**one, "host": "cmp5", "mode": "cold", "confirm": False},
         prepare=on("cmp1", status="SHUTOFF"), user="admin")  # fmt: skip
    task("server_migrate.evacuate", FULL, {**one, "from_host": "cmp3", "host": "cmp5", "mode": "evacuate",
                                           "password": PASSWORD},
         prepare=dead, user="admin", secrets=(PASSWORD,))  # fmt: skip
