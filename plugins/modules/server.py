#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server
short_description: Create, change, resize, delete and restore cloud servers
version_added: 0.1.0
description:
  - Keeps one server, or several that are alike, as declared. What the task does not speak of stays as it is.
  - Servers that are missing are made; those that are there are changed in place. What cannot be changed in place (the
    image, networks, the availability zone, the key pair) is an error, unless O(recreate=true).
  - A server is known by its name. Two servers of one name are an error, and so is one in status C(ERROR), with the
    cloud's reason.
  - With O(select), acts on servers that are there, many at a time, and makes none.
  - A creation whose answer was lost is never sent again. The list of servers decides what became of it.
  - Every server has its outcome in the result, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the server. With O(count) the servers are named C(name-1), C(name-2) and so on.
    type: str
  names:
    description:
      - The names of several servers that are alike.
    type: list
    elements: str
  count:
    description:
      - How many servers there are to be at least, 1 to 1000. Those that are missing are made; with O(state=absent) all
        of them are deleted.
      - Where all are missing and are named C(name-1) and so on, up to 100 of them are one request on V(openstack) and
        V(easystack).
    type: int
  name_pattern:
    description:
      - The names of O(count) servers, with a place for their numbers, such as V(web-%02d).
    type: str
  select:
    description:
      - Servers that are there, chosen as in the other modules. At least one of the options that choose is required.
    type: dict
    suboptions:
        ids:
          description:
            - Servers with one of these ids.
          type: list
          elements: str
        names:
          description:
            - Servers with exactly one of these names.
          type: list
          elements: str
          aliases: [name, server]
        ips:
          description:
            - Servers with one of these addresses, private or public, IPv4 or IPv6.
          type: list
          elements: str
        tags:
          description:
            - Servers with all of these tags, each V(key) or V(key=value).
            - "Also a mapping, in which V(role: web) stands for V(role=web)."
            - On V(ustack), and below microversion 2.26, servers have no tags and their metadata stands for them.
          type: raw
        not_tags:
          description:
            - Leaves out servers with any of these tags, written as in O(select.tags).
            - It only narrows the selection. It needs an option that chooses, such as O(select.all=true).
          type: raw
        status:
          description:
            - Servers in one of these statuses, such as V(ACTIVE), or power states, such as V(running).
            - A word that is neither is an error that lists them.
          type: list
          elements: str
        flavor:
          description:
            - Servers of one of these flavors, by id or name.
          type: list
          elements: str
        availability_zone:
          description:
            - Servers in one of these availability zones.
          type: list
          elements: str
        query:
          description:
            - A JMESPath expression over the list of the records that M(cloudserver.compute.server_info) returns. It
              gives
              a list of records or of ids.
            - It is asked of the servers that the other options left.
            - Needs the Python library C(jmespath).
          type: str
        filters:
          description:
            - Parameters for the platform's own list call, sent as they are, such as C(enterprise_project_id) or
              C(reservation_id) on V(huaweicloud) and C(host) or C(image) on the others.
            - They only narrow the selection. They need an option that chooses, such as O(select.all=true).
            - A cloud ignores a parameter that it does not know, and Nova also one that the user may not use, such as
              C(host) of a user who is no administrator. What the records of servers show (C(host),
              C(availability_zone), C(key_name), C(locked), C(task_state), C(uuid), tags) is therefore checked again,
              and it is an error where the cloud does not show it to the user.
            - For other parameters that not every user may use, O(select.max_targets) is required.
          type: dict
        all:
          description:
            - Every server of the project and region. O(select.not_tags) and O(select.filters) narrow it; it contradicts
              the other options that choose.
          type: bool
          default: false
        all_projects:
          description:
            - Looks at the servers of all projects. Only for administrators, and not on V(huaweicloud).
          type: bool
          default: false
        missing:
          description:
            - What happens when no server has an id, name or address of the selection.
            - V(fail) by default with O(state=present) and O(state=restored), V(ignore) with the other states.
          type: str
          choices: [fail, ignore]
        duplicates:
          description:
            - What happens when several servers have a name of O(select.names).
          type: str
          choices: [fail, allow]
          default: fail
        min_targets:
          description:
            - Fails, and does nothing, when the selection finds fewer servers than this.
            - The task warns when the selection finds none; V(0) says that this is expected.
          type: int
        max_targets:
          description:
            - Fails, and does nothing, when the selection finds more servers than this.
          type: int
        page_size:
          description:
            - How many servers to ask for at once, 1 to 1000. Smaller pages are slower, and help with a cloud that
              answers
              late.
          type: int
          default: 1000
  state:
    description:
      - V(present) makes what is missing, and keeps what is there as declared.
      - V(absent) deletes. Where the cloud has a recycle bin, the server is in it afterwards.
      - V(restored) takes servers out of the recycle bin. One that is not in it and not there is an error.
      - V(purged) deletes for good, from the recycle bin too.
    type: str
    choices: [present, absent, restored, purged]
    default: present
  flavor:
    description:
      - The flavor, by id or name. Needed to make a server; for one that is there, see O(resize).
    type: str
  image:
    description:
      - The image, by its id or by a name that no other image has.
    type: str
  iso:
    description:
      - An ISO image to boot from, by id or name, instead of O(image). O(boot_volume) is the empty disk beside it.
    type: str
  boot_order:
    description:
      - Which device the server boots from first. Only V(easystack) has that, in the server's metadata under
        C(nodeinfo.com:bootorder). A hard reboot makes it take effect, see O(apply).
    type: list
    elements: str
    choices: [hd, cdrom, network]
  apply:
    description:
      - V(now) reboots a running server, hard, after its O(boot_order) was changed. V(later) leaves that to the next
        reboot.
    type: str
    choices: [now, later]
    default: later
  boot_volume:
    description:
      - Boots from a volume that is made from O(image) or a snapshot, or from one that is there.
    type: dict
    suboptions:
      size_gb:
        description:
          - The size in GiB.
        type: int
      volume_type:
        description:
          - The volume type. Needs microversion 2.67.
        type: str
      delete_on_termination:
        description:
          - Whether the volume is deleted along with the server.
        type: bool
        default: false
      volume:
        description:
          - The id of a volume that is there.
        type: str
      snapshot:
        description:
          - The id of a volume snapshot.
        type: str
  volumes:
    description:
      - Further disks of a new server.
    type: list
    elements: dict
    suboptions:
      source:
        description:
          - What the disk is made from.
        type: str
        choices: [blank, image, snapshot, volume]
        default: blank
      id:
        description:
          - The id of the image, snapshot or volume.
        type: str
      size_gb:
        description:
          - The size in GiB.
        type: int
      boot_index:
        description:
          - The place among the devices to boot from; V(0) is the first one. By default it is none of them.
        type: int
      volume_type:
        description:
          - The volume type.
        type: str
      destination:
        description:
          - V(volume) is a volume of the block storage service, V(local) a disk on the host.
        type: str
        choices: [volume, local]
        default: volume
      delete_on_termination:
        description:
          - Whether it is deleted along with the server.
        type: bool
        default: false
      device_type:
        description:
          - What the guest sees.
        type: str
        choices: [disk, cdrom]
      disk_bus:
        description:
          - The bus, such as V(virtio).
        type: str
      tag:
        description:
          - A word by which the guest finds the disk. Needs microversion 2.42.
        type: str
  system_disk:
    description:
      - The disk that V(huaweicloud) makes from the image.
    type: dict
    suboptions:
      type:
        description:
          - The type of the disk, such as V(SSD).
        type: str
      size_gb:
        description:
          - The size in GiB.
        type: int
  networks:
    description:
      - The networks of a new server, each by name or id, or a mapping with C(network) (name or id), C(port) (id),
        C(subnet) (id; only V(easystack) and V(huaweicloud)), C(fixed_ip) and C(tag).
      - V(auto) leaves the choice to the cloud, V(none) is no network. Left out, it is V(auto).
      - A server that is there must be on the networks that are given by name.
    type: raw
  vpc_id:
    description:
      - The VPC of V(huaweicloud).
    type: str
  security_groups:
    description:
      - The security groups of a new server.
    type: list
    elements: str
  availability_zone:
    description:
      - The availability zone.
    type: str
  host:
    description:
      - The compute host of a new server. For administrators, from microversion 2.74 on.
    type: str
  hypervisor_hostname:
    description:
      - The hypervisor of a new server. For administrators, from microversion 2.74 on.
    type: str
  group:
    description:
      - The id of the server group that a new server is a member of.
    type: str
  key_name:
    description:
      - The key pair of a new server.
    type: str
  password:
    description:
      - The administrator's password of a new server. The one that the cloud makes up otherwise is not shown.
    type: str
  user_data:
    description:
      - What cloud-init of a new server is given, as it is, not in base64.
    type: str
  user_data_file:
    description:
      - A file with what cloud-init is given, on the machine that the task runs on.
    type: path
  files:
    description:
      - Small files of a new server, path to content in base64. Plain Nova takes them up to microversion 2.56 only, so
        the request is made in that one.
    type: dict
  config_drive:
    description:
      - Whether a new server has a config drive.
    type: bool
  disk_config:
    description:
      - Whether the cloud partitions the disk of a new server.
    type: str
    choices: [AUTO, MANUAL]
  access_ipv4:
    description:
      - The IPv4 address that a new server is said to be reached by.
    type: str
  access_ipv6:
    description:
      - The IPv6 address that a new server is said to be reached by.
    type: str
  new_name:
    description:
      - Renames the server. Where no server has O(name), the one that has this name is meant.
    type: str
  description:
    description:
      - What the server is for; an empty text takes it away.
    type: str
  hostname:
    description:
      - The host name inside the guest. On Nova clouds it needs microversion 2.90.
    type: str
  metadata:
    description:
      - Keys of the metadata that the server has.
    type: dict
  purge_metadata:
    description:
      - Removes the keys that O(metadata) does not list. Those that this collection and the cloud keep there,
        C(cloudserver_*) and C(nodeinfo.com:*), stay.
    type: bool
    default: false
  tags:
    description:
      - Tags that the server has, each V(key) or V(key=value). On V(ustack) metadata stands for them.
    type: list
    elements: str
  purge_tags:
    description:
      - Removes the tags that O(tags) does not list.
    type: bool
    default: false
  locked:
    description:
      - Whether the server is locked against its project's own members. V(false) is done first, V(true) last.
    type: bool
  lock_reason:
    description:
      - Why it is locked; kept by clouds from microversion 2.73 on.
    type: str
  resize:
    description:
      - How a server comes to another O(flavor). By default it does not, and that is an error.
      - V(offline) stops a running server for the change. V(live) does not; only V(easystack) can do that, to a larger
        flavor. V(auto) is V(live) where that can be had.
    type: str
    choices: [never, offline, live, auto]
    default: never
  confirm:
    description:
      - Whether a resize is confirmed when it is done, also one that waits for it already. Otherwise the server waits in
        status C(VERIFY_RESIZE).
    type: bool
    default: true
  revert:
    description:
      - Takes back a resize that waits to be confirmed.
    type: bool
    default: false
  reset_state:
    description:
      - Sets the status of a server by decree. V(active) does so for one in status C(ERROR) or one that does not get on
        with what it was doing. For administrators of V(openstack) and V(easystack).
    type: str
    choices: [active, error]
  recreate:
    description:
      - Deletes a server and makes it anew where it is in status C(ERROR), or differs in what cannot be changed in
        place. Its local disks are lost.
    type: bool
    default: false
  on_error:
    description:
      - What becomes of a server that the cloud begins to make and cannot finish. The task fails in both cases.
    type: str
    choices: [keep, delete]
    default: keep
  on_duplicate:
    description:
      - What happens when another task creates a server of the same name at the same time. A cloud does not refuse that,
        so the task looks again after it has created its servers.
      - With V(keep) all of them stay. The task fails, and names the ids.
      - With V(delete_newer) the oldest server stays, by its time of creation and then by its id. A task whose own
        server is a newer one deletes it, and reports the oldest one. A task deletes only servers that it has created
        itself, and none as long as the older server is in status C(ERROR). All tasks that create servers of the name
        must have this option; the task of the oldest server waits for the others, and fails if a newer server stays.
      - With O(wait=false) the task looks two seconds after the cloud has accepted its request.
      - On V(huaweicloud) tasks that ask for the same server at the same time get one server, see O(client_token); this
        option is for tasks that differ in what they ask for.
    type: str
    choices: [keep, delete_newer]
    default: keep
    version_added: 0.1.0
  client_token:
    description:
      - A text for which V(huaweicloud) creates a server of each name once only, however often the request is sent,
        within eight hours. The other platforms ignore it.
      - By default it is derived from the project, the name and everything that the request asks for, so that tasks
        which run at the same time create one server. A server that was deleted since is created again.
    type: str
  extra:
    description:
      - What only V(huaweicloud) knows of a new server, by the names of its document.
    type: dict
notes:
  - What describes a new server only (O(volumes), O(security_groups), O(password), O(user_data), O(files), O(group) and
    so on) is not compared with servers that are there.
  - With O(wait=false), what is done after a server was made (a lock) is left to the next run.
  - The deletion of a server is not asked for again while it is being deleted.
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.server_os
  - module: cloudserver.compute.server_power
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Three web servers, of which those that are missing are made
  cloudserver.compute.server:
    cloud: production
    name_pattern: web-%02d
    count: 3
    flavor: m1.small
    image: debian-12
    networks: [private]
    key_name: operators
    tags: [role=web]
    user_data_file: files/web.cloud-init.yml

- name: A database that boots from a volume and is locked
  cloudserver.compute.server:
    cloud: production
    name: db-1
    flavor: m1.large
    image: debian-12
    boot_volume: {size_gb: 100, volume_type: ssd}
    networks:
      - {network: private, fixed_ip: 10.0.0.21}
    locked: true

- name: A larger flavor, in a change window
  cloudserver.compute.server:
    cloud: production
    name: db-1
    locked: false
    flavor: m1.xlarge
    resize: offline

- name: Label every server of the old release
  cloudserver.compute.server:
    cloud: production
    select: {tags: [release=41]}
    metadata: {retire: "2026-12"}

- name: Delete them, but not more than ten
  cloudserver.compute.server:
    cloud: production
    select: {tags: [release=41], max_targets: 10}
    state: absent

- name: Take one of them out of the recycle bin
  cloudserver.compute.server:
    cloud: easystack
    name: web-01
    state: restored

- name: Install from an ISO, and boot from the disk from now on
  cloudserver.compute.server:
    cloud: easystack
    name: appliance
    flavor: 2C-4G
    iso: appliance-7.iso
    boot_volume: {size_gb: 40}
    networks: auto
    boot_order: [hd, cdrom]
    apply: now
"""

RETURN = r"""
outcomes:
  description: What became of each server, also when the task fails. Those that failed come first.
  returned: when there are servers that the task is about
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str, returned: when there is a server}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when nobody can say, V(pending) with O(wait=false), V(planned) in
          check mode.
      type: str
    actions: {description: "What the cloud was asked for, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
    remaining_actions:
      description: The actions that were not asked for, because the task does not wait. Another run asks for them.
      type: list
      elements: str
      returned: O(wait=false) and such actions
servers:
  description:
    - The servers as they were last seen, as M(cloudserver.compute.server_info) returns them. One that is to be made is
      not among them in check mode, and one that was deleted is not either.
  returned: O(return_servers=true)
  type: list
  elements: dict
server:
  description: The one server, as M(cloudserver.compute.server_info) returns it.
  returned: with O(name) and without O(count), where the server is known
  type: dict
handle:
  description: What M(cloudserver.compute.job_info) needs to find out what became of actions that were not waited for.
  returned: when something is still under way
  type: dict
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: with O(select)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lifecycle import ServerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lookup import (
    find_flavor,
    find_image,
    network_ids,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.observe import observe
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.references import check_references
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.duplicates import CHOICES, KEEP
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import RESIZES
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import (
    DEVICES,
    check_options,
    names_of,
    new_server,
    server_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import STATES, plan_servers
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.user_data import read_user_data
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.server_result import (
    check_result_of_servers,
    run_result_of_servers,
)

VOLUME = {
    "source": {"type": "str", "choices": ["blank", "image", "snapshot", "volume"], "default": "blank"},
    "id": {"type": "str"},
    "size_gb": {"type": "int"},
    "boot_index": {"type": "int"},
    "volume_type": {"type": "str"},
    "destination": {"type": "str", "choices": ["volume", "local"], "default": "volume"},
    "delete_on_termination": {"type": "bool", "default": False},
    "device_type": {"type": "str", "choices": ["disk", "cdrom"]},
    "disk_bus": {"type": "str"},
    "tag": {"type": "str"},
}
BOOT_VOLUME = {
    "size_gb": {"type": "int"},
    "volume_type": {"type": "str"},
    "delete_on_termination": {"type": "bool", "default": False},
    "volume": {"type": "str"},
    "snapshot": {"type": "str"},
}

MODULE = ModuleSpec(
    argument_spec(
        WAITING,
        REPORT,
        name={"type": "str"},
        names={"type": "list", "elements": "str"},
        count={"type": "int"},
        name_pattern={"type": "str"},
        select={"type": "dict", "options": SELECTION},
        state={"type": "str", "choices": list(STATES), "default": "present"},
        flavor={"type": "str"},
        image={"type": "str"},
        iso={"type": "str"},
        boot_order={"type": "list", "elements": "str", "choices": list(DEVICES)},
        apply={"type": "str", "choices": ["now", "later"], "default": "later"},
        boot_volume={"type": "dict", "options": BOOT_VOLUME},
        volumes={"type": "list", "elements": "dict", "options": VOLUME},
        system_disk={"type": "dict", "options": {"type": {"type": "str"}, "size_gb": {"type": "int"}}},
        networks={"type": "raw"},
        vpc_id={"type": "str"},
        security_groups={"type": "list", "elements": "str"},
        availability_zone={"type": "str"},
        host={"type": "str"},
        hypervisor_hostname={"type": "str"},
        group={"type": "str"},
        # Names, no secrets.
        key_name={"type": "str", "no_log": False},
        client_token={"type": "str", "no_log": False},
        password={"type": "str", "no_log": True},
        user_data={"type": "str", "no_log": True},
        user_data_file={"type": "path"},
        files={"type": "dict", "no_log": True},
        config_drive={"type": "bool"},
        disk_config={"type": "str", "choices": ["AUTO", "MANUAL"]},
        access_ipv4={"type": "str"},
        access_ipv6={"type": "str"},
        new_name={"type": "str"},
        description={"type": "str"},
        hostname={"type": "str"},
        metadata={"type": "dict"},
        purge_metadata={"type": "bool", "default": False},
        tags={"type": "list", "elements": "str"},
        purge_tags={"type": "bool", "default": False},
        locked={"type": "bool"},
        lock_reason={"type": "str"},
        resize={"type": "str", "choices": list(RESIZES), "default": "never"},
        confirm={"type": "bool", "default": True},
        revert={"type": "bool", "default": False},
        reset_state={"type": "str", "choices": ["active", "error"]},
        recreate={"type": "bool", "default": False},
        on_error={"type": "str", "choices": ["keep", "delete"], "default": "keep"},
        on_duplicate={"type": "str", "choices": list(CHOICES), "default": KEEP},
        extra={"type": "dict"},
    ),
    mutually_exclusive=[
        ("name", "names", "name_pattern", "select"),
        ("names", "count"),
        ("select", "count"),
        ("image", "iso"),
        ("user_data", "user_data_file"),
    ],
    required_one_of=[("name", "names", "name_pattern", "select")],
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    names = names_of(params)
    check_options(params)
    user_data = read_user_data(
        params["user_data"], params["user_data_file"], cloud.rules.max_user_data_bytes, context.register_secret
    )
    waiter = context.waiter()
    wanted = (params["image"] or params["iso"]) if params["state"] == "present" else None

    there = observe(cloud, params, names)
    if params["select"] is not None:
        context.warn_of_no_servers(params["select"], there.servers, there.missing)
    image = find_image(cloud, wanted) if wanted else None
    flavor = find_flavor(cloud, params["flavor"]) if params["flavor"] and params["state"] == "present" else None
    wish = server_spec(params, cloud.rules, image, flavor)
    todo = plan_servers(there.servers, there.to_make, wish, cloud.rules)
    to_make = [str(item.server.name) for item in todo.items if "create" in item.actions]
    new = None
    if to_make:
        new = new_server(params, wish, cloud.rules, user_data, to_make, network_ids(cloud, params["networks"]))
        check_references(cloud, new)
    if context.check_mode:
        return check_result_of_servers(context, todo, wish, there.missing)

    work = ServerRun(
        cloud,
        wish,
        new,
        there.known,
        params["wait"],
        waiter,
        params["on_error"] == "delete",
        params["client_token"],
        params["on_duplicate"],
    )
    work.run(todo)
    for warning in work.warnings:
        context.warn(warning)
    return run_result_of_servers(context, work, todo, wish, there.missing)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
