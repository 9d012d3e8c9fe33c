#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server
short_description: Create, change, resize, delete and restore cloud servers
version_added: 1.0.0
description:
  - Creates, changes, resizes, deletes or restores one server or several identical servers. Options that are not set
    leave the server unchanged.
  - Missing servers are created. Existing servers are changed in place. A difference that cannot be changed in place
    (the image, the networks, the availability zone, the key pair) is an error, unless O(recreate=true).
  - A server is identified by its name. Several servers with one name are an error. A server in status C(ERROR) is an
    error with the reason of the cloud.
  - With O(select), the module changes many existing servers at once and creates none.
  - If the response to a create request is lost, the request is not sent again. The module finds the new server in the
    list of servers.
  - The result has an outcome for each server, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the server. With O(count) the names are C(name-1), C(name-2) and so on.
    type: str
  names:
    description:
      - The names of several identical servers.
    type: list
    elements: str
  count:
    description:
      - The minimum number of servers, 1 to 1000. Missing servers are created. With O(state=absent) all of them are
        deleted.
      - If all of them are missing and the names are C(name-1) and so on, one request creates up to 100 servers on
        V(openstack) and V(easystack).
    type: int
  name_pattern:
    description:
      - The pattern of the names of O(count) servers, with a place for the number, such as V(web-%02d).
    type: str
  select:
    description:
      - Existing servers, selected as in the other modules. At least one selecting option is required.
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
        name_patterns:
          description:
            - Servers with a name that matches one of these patterns in shell style. C(*) matches any characters, C(?)
              one character, and C([ab]) one of a set. Upper and lower case differ.
          type: list
          elements: str
        ips:
          description:
            - Servers with one of these addresses, private or public, IPv4 or IPv6.
            - Also networks such as V(10.0.0.0/24), and ranges such as V(10.0.0.5-10.0.0.9). For these the module reads
              the complete list of the cloud.
          type: list
          elements: str
        tags:
          description:
            - Servers with all of these tags, each V(key) or V(key=value). Only a tag with exactly this text matches.
            - V(key=*) matches every tag with this key, with any value or without one. V(key=) matches an empty value.
            - "Also a mapping, where V(role: web) means V(role=web)."
            - On V(ustack), and below microversion 2.26, servers have no tags. The module uses their metadata as tags.
          type: raw
        not_tags:
          description:
            - Excludes servers with any of these tags, in the format of O(select.tags).
            - It only narrows the selection. It needs an option that selects servers, such as O(select.all=true).
          type: raw
        status:
          description:
            - Servers in one of these statuses, such as V(ACTIVE), or power states, such as V(running).
            - Any other word is an error. The message lists the valid words.
          type: list
          elements: str
        flavor:
          description:
            - Servers with one of these flavors, by id or name.
          type: list
          elements: str
        availability_zone:
          description:
            - Servers in one of these availability zones.
          type: list
          elements: str
        query:
          description:
            - A JMESPath expression over the list of records that M(cloudserver.compute.server_info) returns. Its result
              is a list of records or of ids.
            - It is applied to the servers that the other options selected.
            - Needs the Python library C(jmespath).
          type: str
        filters:
          description:
            - Query parameters of the platform's list call, sent without a change. Examples are C(enterprise_project_id)
              and C(reservation_id) on V(huaweicloud), and C(host) and C(image) on the other platforms.
            - They only narrow the selection. They need an option that selects servers, such as O(select.all=true).
            - A cloud ignores an unknown parameter. Nova also ignores a parameter that the user is not permitted to use,
              such as C(host) without administrator rights. So the module checks the returned records again for C(host),
              C(availability_zone), C(key_name), C(locked), C(task_state), C(vm_state), C(project_id), C(user_id),
              C(uuid) and tags. It is an error if the cloud does not return such a field to the user.
            - Other parameters that need permissions require O(select.max_targets).
          type: dict
        all:
          description:
            - All servers of the project and region. O(select.not_tags) and O(select.filters) narrow it. The other
              selecting options exclude it.
          type: bool
          default: false
        all_projects:
          description:
            - Selects from the servers of all projects. Requires an administrator. Not supported on V(huaweicloud).
          type: bool
          default: false
        missing:
          description:
            - What to do if an id, name or address of the selection matches no server.
            - The default is V(fail) with O(state=present) and O(state=restored), and V(ignore) with the other states.
          type: str
          choices: [fail, ignore]
        duplicates:
          description:
            - What to do if several servers have a name of O(select.names).
          type: str
          choices: [fail, allow]
          default: fail
        min_targets:
          description:
            - Fails before the first change if the selection contains fewer servers than this.
            - The task warns if the selection is empty. Set V(0) if this is expected.
          type: int
        max_targets:
          description:
            - Fails before the first change if the selection contains more servers than this.
          type: int
        page_size:
          description:
            - The page size of list requests, 1 to 1000. Smaller pages take longer in total. They help with a cloud that
              answers slowly.
          type: int
          default: 1000
  state:
    description:
      - V(present) creates missing servers and changes existing ones.
      - V(absent) deletes servers. If the cloud has a recycle bin, they are moved to it.
      - V(restored) restores servers from the recycle bin. A server that is neither in the recycle bin nor active is an
        error.
      - V(purged) deletes servers permanently, also from the recycle bin. On V(huaweicloud) a server is deleted first
        and then purged, if the recycle bin is switched on. Check mode predicts both, although the cloud deletes a
        server at once that is younger than the policy of the recycle bin says.
    type: str
    choices: [present, absent, restored, purged]
    default: present
  flavor:
    description:
      - The flavor, by id or name. Required to create a server. For an existing server see O(resize).
      - An existing server whose record shows this flavor is not changed, also if the flavor was deleted or hidden.
        The task warns if the record contains only the id or only the name and therefore cannot be compared.
    type: str
  image:
    description:
      - The image, by id or by unique name.
      - An existing server keeps its image if this image was deleted or hidden, and if the name now belongs to an image
        that is newer than the server. The task warns if the image could not be compared.
        M(cloudserver.compute.server_os) installs the newer image.
      - A name needs the image service. An id is sent without a check if the endpoint of the image service is unknown,
        see O(endpoints).
    type: str
  iso:
    description:
      - An ISO image to boot from, by id or name. It replaces O(image). O(boot_volume) is then the empty disk.
    type: str
  boot_order:
    description:
      - The order of the boot devices. Only supported on V(easystack), where it is stored in the server's metadata as
        C(nodeinfo.com:bootorder). It takes effect at a hard reboot, see O(apply).
    type: list
    elements: str
    choices: [hd, cdrom, network]
  apply:
    description:
      - V(now) hard-reboots a running server if O(boot_order) changed, and restarts a running server on V(huaweicloud)
        if O(hostname) changed. V(later) leaves this to the next hard reboot or restart.
    type: str
    choices: [now, later]
    default: later
  boot_volume:
    description:
      - Boots from a volume. The volume is created from O(image) or from a snapshot, or it exists already.
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
          - Whether the cloud deletes the volume together with the server.
        type: bool
        default: false
      volume:
        description:
          - An existing volume, by id or by unique name. A name needs the volume service.
        type: str
      snapshot:
        description:
          - The id of a volume snapshot.
        type: str
  volumes:
    description:
      - Additional disks of a new server.
    type: list
    elements: dict
    suboptions:
      source:
        description:
          - The source of the disk.
        type: str
        choices: [blank, image, snapshot, volume]
        default: blank
      id:
        description:
          - The image or the volume, by id or by unique name. The id of the snapshot.
        type: str
      size_gb:
        description:
          - The size in GiB.
        type: int
      boot_index:
        description:
          - The position in the boot order. V(0) is the first device. By default the server does not boot from this
            disk.
        type: int
      volume_type:
        description:
          - The volume type.
        type: str
      destination:
        description:
          - V(volume) creates a volume of the block storage service. V(local) creates a disk on the host.
          - With O(volumes[].source=blank), a disk on the host is an ephemeral disk, or the swap disk with
            O(volumes[].guest_format=swap). The flavor limits its size.
        type: str
        choices: [volume, local]
        default: volume
      delete_on_termination:
        description:
          - Whether the cloud deletes the disk together with the server.
        type: bool
        default: false
      device_type:
        description:
          - The device type that the guest sees.
        type: str
        choices: [disk, cdrom]
      disk_bus:
        description:
          - The bus, such as V(virtio).
        type: str
      tag:
        description:
          - The tag of the disk in the metadata service of the server. Needs microversion 2.42.
        type: str
      guest_format:
        description:
          - The file system of a blank disk, such as V(ext4) or V(xfs). V(swap) makes it the swap disk, with
            O(volumes[].destination=local). A server can have one swap disk. Not supported on V(huaweicloud).
        type: str
        version_added: 1.0.0
      device_name:
        description:
          - The device name in the guest, such as V(/dev/vdb). The libvirt driver of Nova ignores it. Not supported on
            V(huaweicloud).
        type: str
        version_added: 1.0.0
      no_device:
        description:
          - Removes the device O(volumes[].device_name) that the image maps. Such an entry has no other options. Not
            supported on V(huaweicloud).
        type: bool
        default: false
        version_added: 1.0.0
      iops:
        description:
          - The operations a second of a disk of type V(GPSSD2) or V(ESSD2), which need it. Only on V(huaweicloud). On
            the other platforms the volume type sets it.
        type: int
        version_added: 1.0.0
      throughput:
        description:
          - The throughput of a disk of type V(GPSSD2), which needs it, in MiB/s. Only on V(huaweicloud).
        type: int
        version_added: 1.0.0
      encrypted:
        description:
          - Whether the disk is encrypted with O(volumes[].kms_key_id). Only on V(huaweicloud). On the other platforms
            the volume type sets it.
        type: bool
        version_added: 1.0.0
      kms_key_id:
        description:
          - The id of the KMS key that encrypts the disk. Only on V(huaweicloud).
        type: str
        version_added: 1.0.0
      multiattach:
        description:
          - Whether several servers can have the disk. Only on V(huaweicloud). On the other platforms the volume type
            sets it.
        type: bool
        default: false
        version_added: 1.0.0
  system_disk:
    description:
      - The system disk on V(huaweicloud).
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
      iops:
        description:
          - The operations a second of a disk of type V(GPSSD2) or V(ESSD2), which need it. Only on V(huaweicloud). On
            the other platforms the volume type sets it.
        type: int
        version_added: 1.0.0
      throughput:
        description:
          - The throughput of a disk of type V(GPSSD2), which needs it, in MiB/s. Only on V(huaweicloud).
        type: int
        version_added: 1.0.0
      encrypted:
        description:
          - Whether the disk is encrypted with O(system_disk.kms_key_id). Only on V(huaweicloud). On the other platforms
            the volume type sets it.
        type: bool
        version_added: 1.0.0
      kms_key_id:
        description:
          - The id of the KMS key that encrypts the disk. Only on V(huaweicloud).
        type: str
        version_added: 1.0.0
  networks:
    description:
      - The networks of a new server. Each is a unique name, an id, or a mapping with C(network), C(port) and C(subnet)
        (each by name or id; C(subnet) only on V(easystack) and V(huaweicloud)), C(fixed_ip) and C(tag).
      - On V(huaweicloud) C(network) is a subnet, too. The name of a subnet only has to be unique in the VPC.
      - On V(huaweicloud) a mapping also has C(ipv6_enable) (whether the interface gets an IPv6 address of the subnet,
        which must support it) and C(ipv6_bandwidth) (the id of the shared bandwidth for this address). A C(port) has
        its own subnet, addresses and security groups there, so its entry has no other key.
      - On V(easystack) C(subnet) is also a list of subnets, for an interface with an IPv4 and an IPv6 address.
      - With V(auto) the cloud chooses the network. V(none) means no network. The default is V(auto).
      - One network may also be a string. A mapping may have the keys C(net-id), C(net-name) and C(port-id) of
        C(openstack.cloud.server).
      - An existing server must be on the networks that are given by name, except on V(huaweicloud).
    type: raw
    aliases: [nics, network]
  vpc_id:
    description:
      - The VPC, by id or by unique name, on V(huaweicloud).
    type: str
    aliases: [vpc]
  security_groups:
    description:
      - The security groups of a server, as names or ids. On V(huaweicloud) a new server needs ids.
      - On V(openstack) and V(huaweicloud) the list is the whole list of an existing server, too. The module first adds
        the missing groups to the server, then removes all others. This concerns every interface of the server.
      - On V(easystack) and V(ustack) it only applies to a new server. An empty list changes nothing.
    type: list
    elements: str
  public_ip:
    description:
      - The public address of one server, as an address or as an id. It must already exist in the project, as a floating
        IP address on V(openstack), or as an elastic IP address on V(huaweicloud).
      - The module binds it to the server, and unbinds every other public address of the server. It does not bind an
        address that is bound to another server. Unbind it there first.
      - A mapping with the keys C(network) and C(reuse) is any address, for one server or many. A server that has one
        keeps it. Another one gets an unused address of the project. If there is none, or with C(reuse) V(false), an
        address is made on V(openstack).
      - C(network) is the external network of the address, by name or id. It may be left out if there is only one. It is
        not supported on V(huaweicloud).
      - A mapping with the keys C(address) and C(move) V(true) takes the address from another server that has it.
      - An empty string unbinds every public address of the servers. The address is not released, unless
        O(release_public_ip=true). On V(huaweicloud) it goes on costing money.
    type: raw
    version_added: 1.0.0
  release_public_ip:
    description:
      - Whether to give the addresses back to the cloud that O(public_ip) takes from the servers. Another user may get
        them then. Not supported on V(huaweicloud).
    type: bool
    default: false
    version_added: 1.0.0
  public_ip_fixed_address:
    description:
      - The private address to bind O(public_ip) to. It is required if the server has several private IPv4 addresses.
    type: str
    version_added: 1.0.0
  availability_zone:
    description:
      - The availability zone.
    type: str
  host:
    description:
      - The compute host of a new server. Requires an administrator and microversion 2.74, on V(easystack) 2.67.
    type: str
  hypervisor_hostname:
    description:
      - The hypervisor of a new server. Requires an administrator and microversion 2.74, on V(easystack) 2.67.
    type: str
  group:
    description:
      - The id of the server group of a new server.
    type: str
  tenancy:
    description:
      - Whether a new server is created on hosts that it shares with other customers, or on a dedicated host of the
        account. Only on V(huaweicloud), where V(shared) is the default.
    type: str
    choices: [shared, dedicated]
    version_added: 1.0.0
  dedicated_host_id:
    description:
      - The id of the dedicated host of a new server, which implies O(tenancy=dedicated). With O(tenancy=dedicated) and
        without this option, the cloud selects a dedicated host that permits it. Only on V(huaweicloud). See O(host) for
        the other platforms.
    type: str
    version_added: 1.0.0
  spot:
    description:
      - Creates a spot server, which is billed by the market price and which the cloud may stop. An empty mapping V({})
        uses the defaults. Only on V(huaweicloud).
    type: dict
    version_added: 1.0.0
    suboptions:
      price:
        description:
          - The maximum price for an hour. The default of the cloud is the pay-per-use price.
        type: str
      duration_hours:
        description:
          - The hours in which the cloud does not stop the server. It stops the server immediately after them. The
            flavor limits them.
        type: int
      duration_count:
        description:
          - The number of such periods, one after the other. More than V(1) needs O(spot.duration_hours=6).
        type: int
  auto_recovery:
    description:
      - Whether the cloud starts the server on another host if its host fails. Not for O(spot). Only on V(huaweicloud).
    type: bool
    version_added: 1.0.0
  key_name:
    description:
      - The key pair of a new server.
    type: str
  password:
    description:
      - The administrator's password of a new server. Without it and without
        O(key_name) some clouds generate a password, see O(return_passwords).
    type: str
  return_passwords:
    description:
      - Returns the administrator's passwords that the cloud generates for new servers as RV(passwords), unless
        O(password) is set. Then set C(no_log) on this task and on each task that uses the result, because
        Ansible prints and logs results.
      - It depends on the image and on the cloud whether the guest uses such a password.
      - One request creates one server then. Not supported on V(huaweicloud).
    type: bool
    default: false
    version_added: 1.0.0
  user_data:
    description:
      - The user data for cloud-init, as plain text without base64.
      - On V(huaweicloud) the module also changes the user data of an existing server. The guest reads it at the next
        start at the earliest. On the other platforms it only applies to a new server, see O(unapplied_options).
      - On V(huaweicloud) a Linux server with user data ignores O(password). The task warns if both are set.
    type: str
    aliases: [userdata]
  user_data_file:
    description:
      - A file with the user data for cloud-init, on the machine that runs the task.
    type: path
  files:
    description:
      - Files to inject into a new server, as a mapping of paths to content in base64. OpenStack supports this only up
        to microversion 2.56, so the module uses that microversion for the request.
    type: dict
  config_drive:
    description:
      - Whether to attach a config drive to a new server.
    type: bool
  disk_config:
    description:
      - Whether the cloud partitions the disk of a new server automatically (V(AUTO)).
    type: str
    choices: [AUTO, MANUAL]
  access_ipv4:
    description:
      - The IPv4 access address of a new server.
    type: str
  access_ipv6:
    description:
      - The IPv6 access address of a new server.
    type: str
  new_name:
    description:
      - Renames the server. If no server has O(name), the module uses the server that already has this name.
    type: str
  description:
    description:
      - The description of the server. An empty text removes it.
    type: str
  hostname:
    description:
      - The host name in the guest. On Nova clouds it needs microversion 2.90.
      - On V(huaweicloud) it takes effect at the next restart of the server, see O(apply). The vendor has deprecated it
        and recommends to set the host name in the guest. The task warns if it changes it.
    type: str
  metadata:
    description:
      - Metadata that the server should have.
    type: dict
    aliases: [meta]
  purge_metadata:
    description:
      - Removes the metadata keys that O(metadata) does not list. The keys of this collection (C(cloudserver_*)) and of
        the cloud (C(nodeinfo.com:*)) are kept.
    type: bool
    default: false
  remove_metadata:
    description:
      - Metadata keys that the server should not have. Other keys are not changed.
    type: list
    elements: str
    version_added: 1.0.0
  tags:
    description:
      - Tags that the server should have, each V(key) or V(key=value). On V(ustack) they are stored as metadata.
      - "Also a mapping, where V(role: web) means V(role=web), and V(spot:) without a value means V(spot). A key of a
        mapping has one value: the module removes other tags of the server with this key."
    type: raw
  purge_tags:
    description:
      - Removes the tags that O(tags) does not list.
    type: bool
    default: false
  locked:
    description:
      - Whether the server is locked against changes by members of its project. V(false) takes effect before the other
        changes, V(true) after them.
    type: bool
  lock_reason:
    description:
      - The reason of the lock. Needs O(locked=true).
      - Needs microversion 2.73. Other clouds do not store it, and the task warns. The reason of an existing lock is not
        changed, see O(unapplied_options).
    type: str
  resize:
    description:
      - How to change the flavor of an existing server to O(flavor). With V(never) a different flavor is an error.
      - V(offline) stops a running server for the resize. V(live) resizes it without a stop, only on V(easystack).
      - On V(huaweicloud), a flavor that is sold out in the zone of the server, or no longer sold, is an error before
        the order. If the flavor is not found or the cloud refuses the resize, the error names the flavors to which the
        server can be resized. M(cloudserver.compute.flavor_info) lists them.
      - V(auto) tries V(live) on a running server where the platform has it. If the cloud refuses that, for example for
        a smaller flavor, it uses V(offline). Check mode cannot predict the refusal.
    type: str
    choices: [never, offline, live, auto]
    default: never
  confirm:
    description:
      - Whether to confirm a resize when it is finished. This includes a resize that already waits for the confirmation.
        Otherwise the server stays in status C(VERIFY_RESIZE).
    type: bool
    default: true
  revert:
    description:
      - Reverts a resize that waits for the confirmation.
    type: bool
    default: false
  auto_pay:
    description:
      - Whether the order of a resize of a yearly/monthly server is paid automatically. Otherwise the outcome of the
        server is V(awaiting_payment), and the resize starts when you have paid the order in the console. Only
        supported on V(huaweicloud).
    type: bool
    default: false
    version_added: 1.0.0
  reset_state:
    description:
      - Resets the status of a server. V(active) resets a server that is in status C(ERROR) or whose task does not end.
        Requires an administrator. Supported on V(openstack) and V(easystack).
    type: str
    choices: [active, error]
  delete_volumes:
    description:
      - With O(state=absent) or O(state=purged), whether the data disks of a server are deleted with it on
        V(huaweicloud). By default they are only detached, and go on costing money. The system disk is always deleted.
      - On the other platforms each volume has O(volumes[].delete_on_termination) instead.
    type: bool
  delete_public_ip:
    description:
      - With O(state=absent) or O(state=purged), whether the public addresses of a server are released with it on
        V(huaweicloud) and V(openstack). By default they are only unbound, and go on costing money.
      - On V(openstack) they are released before the server is deleted. If the deletion then fails, the server remains
        without them.
    type: bool
  recreate:
    description:
      - Deletes a server and creates it again if it is in status C(ERROR), or if it differs in a property that cannot be
        changed in place. The data on its local disks is lost.
    type: bool
    default: false
  on_error:
    description:
      - What to do with a server that the cloud starts to create but cannot finish. The task fails in both cases.
    type: str
    choices: [keep, delete]
    default: keep
  on_duplicate:
    description:
      - What to do if another task creates a server with the same name at the same time. Clouds accept both requests. So
        the task lists the servers of the name again after the creation.
      - With V(keep) all of them are kept. The task fails and lists the ids.
      - With V(delete_newer) only the oldest server is kept, by creation time and then by id. A task that created a
        newer server deletes it and reports the oldest one. A task deletes only servers that it created itself, and
        deletes none while the older server is in status C(ERROR). All tasks that create servers with this name must set
        this option. The task of the oldest server waits for the others. It fails if a newer server remains.
      - With O(wait=false) the task lists the servers two seconds after the cloud accepted its request.
      - On V(huaweicloud) concurrent tasks with the same request get one server, see O(client_token). This option
        applies to tasks with different requests.
    type: str
    choices: [keep, delete_newer]
    default: keep
    version_added: 1.0.0
  client_token:
    description:
      - An idempotency token. Within eight hours V(huaweicloud) creates only one server for each name and token, also if
        the request is sent several times. The other platforms ignore it.
      - By default it is derived from the project, the name and the content of the request, so that concurrent tasks
        create one server. A server that was deleted in the meantime is created again.
    type: str
  unapplied_options:
    description:
      - What to do if an option that only applies to new servers is set and a server already exists, such as
        O(volumes), O(files) or O(password). The module compares such options with the record of the server,
        and reports those that differ.
      - The record does not show all of them, such as O(password) or O(system_disk). For these, the module compares with
        the metadata key C(cloudserver_created_with). It writes this key when it creates a server. The key contains the
        names of such options and a checksum of each value, but no checksum of O(password), O(user_data) and O(files).
        So a server that was created with the same options is not reported, and these three are not reported if only
        their value differs.
      - V(warn) names the options and the servers in a warning. V(fail) fails before the first change. V(ignore) reports
        nothing.
      - With O(select), such an option is always an error, unless O(recreate=true).
    type: str
    choices: [warn, ignore, fail]
    default: warn
    version_added: 1.0.0
  extra:
    description:
      - Additional request fields of a new server on V(huaweicloud), with the names of the API reference. These are
        C(chargingMode), C(periodType), C(periodNum), C(isAutoRenew), C(isAutoPay), C(enterprise_project_id),
        C(diskPrior), C(CB_CSBS_BACKUP), C(publicip), C(auto_terminate_time), C(cpu_options), C(security_options),
        C(serial_console_options), C(metadata_options) and C(enclave_options).
      - A field that the API does not have is an error, and so is a field that an option of this module covers.
    type: dict
notes:
  - Options that only apply to a new server are reported for existing servers, see O(unapplied_options).
  - With O(state=absent), O(state=restored) and O(state=purged), options that describe a server are ignored.
  - With O(wait=false), actions after the creation, such as a lock, are left to the next run.
  - If a server is already being deleted, the module sends no second delete request.
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.server_os
  - module: cloudserver.compute.server_power
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Create three servers of a shop
  cloudserver.compute.server:
    cloud: production
    name_pattern: shop-%02d
    count: 3
    flavor: m1.small
    image: debian-12
    networks: [private]
    key_name: operators
    tags: [role=shop, release=41]
    user_data_file: files/web.cloud-init.yml

- name: Create a locked database server that boots from a volume
  cloudserver.compute.server:
    cloud: production
    name: db-03
    flavor: m1.medium
    image: debian-12
    boot_volume: {size_gb: 100, volume_type: ssd}
    networks:
      - {network: private, fixed_ip: 10.0.0.23}
    locked: true

- name: Give a server its public address and its security groups
  cloudserver.compute.server:
    cloud: production
    name: web-02
    public_ip: 203.0.113.201
    security_groups: [default, web]

- name: Give each web server a public address, unused ones of the project first
  cloudserver.compute.server:
    cloud: production
    names: [web-03, web-04]
    public_ip: {network: public, reuse: true}

- name: Create a server and keep the password that the cloud generates
  cloudserver.compute.server:
    cloud: production
    name: legacy-01
    flavor: m1.small
    image: windows-2022
    networks: [private]
    return_passwords: true
  no_log: true
  register: created

- name: Create a flavor with disks on the host
  cloudserver.compute.flavor:
    cloud: admin
    name: m1.local
    vcpus: 2
    ram_mb: 4096
    disk_gb: 40
    swap_mb: 4096
    ephemeral_gb: 20

- name: Create a server with a swap disk and an ephemeral disk on the host
  cloudserver.compute.server:
    cloud: production
    name: batch-02
    flavor: m1.local
    image: debian-12
    networks: [private]
    volumes:
      - {source: blank, destination: local, guest_format: swap, size_gb: 4}
      - {source: blank, destination: local, guest_format: ext4, size_gb: 20}

- name: Create a spot server with a fast encrypted disk and an IPv6 address on Huawei Cloud
  cloudserver.compute.server:
    cloud: huawei
    name: render-01
    flavor: c7.large.2
    image: Ubuntu 24.04 server 64bit
    vpc_id: 6487c4f3-8c58-5c6b-ab9b-bf720997fe62
    networks:
      - {subnet: 0cee3fb0-52fe-5229-ae78-d9c0af2e7c5d, ipv6_enable: true}
    system_disk: {type: GPSSD, size_gb: 40}
    volumes:
      - volume_type: GPSSD2
        size_gb: 100
        iops: 6000
        throughput: 250
        encrypted: true
        kms_key_id: 0d0466b0-0000-4000-8000-000000000000
    spot: {price: "0.25"}

- name: Create a server with an existing port on a dedicated host of Huawei Cloud
  cloudserver.compute.server:
    cloud: huawei
    name: ledger-01
    flavor: c7.large.2
    image: Ubuntu 24.04 server 64bit
    vpc_id: 6487c4f3-8c58-5c6b-ab9b-bf720997fe62
    networks:
      - port: ed2cb169-45a4-5f00-bfcc-85bcc659b838
    system_disk: {type: SSD, size_gb: 40}
    dedicated_host_id: 7f1d3a52-0a5e-4a39-9f0a-2b8d51a4c0de
    auto_recovery: true

- name: Resize a server to a larger flavor
  cloudserver.compute.server:
    cloud: production
    name: db-03
    locked: false
    flavor: m1.large
    resize: offline

- name: Set metadata on every server of the old release
  cloudserver.compute.server:
    cloud: production
    select: {tags: [release=41]}
    metadata: {retire: "2026-12"}

- name: Delete these servers, at most ten
  cloudserver.compute.server:
    cloud: production
    select: {tags: [release=41], max_targets: 10}
    state: absent

- name: Restore a server from the recycle bin
  cloudserver.compute.server:
    cloud: easystack
    name: binned-01
    state: restored

- name: Install from an ISO image, then boot from the disk
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
  description: The outcome of each server, also when the task fails. Failed servers come first.
  returned: when the task applies to at least one server
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str, returned: when the server exists}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(pending) with
          O(wait=false), V(awaiting_payment) for an order that is not paid, V(planned) in check mode.
      type: str
    actions: {description: "The actions that the task sent to the cloud, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    request_id:
      description: The request id of the last action, to give to the cloud's support.
      type: str
      returned: when the cloud returned one
    remaining_actions:
      description: The actions that the task did not send because it does not wait. Run the task again to send them.
      type: list
      elements: str
      returned: with O(wait=false), when actions remain
servers:
  description:
    - The server records from the last request, as M(cloudserver.compute.server_info) returns them. In check mode they
      contain no server that the task would create. They contain no deleted server.
  returned: O(return_servers=true)
  type: list
  elements: dict
server:
  description: The record of the server, as M(cloudserver.compute.server_info) returns it.
  returned: with O(name) and without O(count), when the server exists
  type: dict
passwords:
  description:
    - The passwords that the cloud generated, by server id.
    - Returned also when the task fails.
  returned: O(return_passwords=true) and no O(password), not in check mode
  type: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of actions that are still in
    progress.
  returned: with O(wait=false), and if an action is still in progress at the time limit
  type: dict
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: with O(select)
  type: dict
plan:
  description:
    - The plan of the task, in the form of the file O(plan_file). An option O(plan) of a later run accepts it.
  returned: in check mode with O(return_plan=true)
  type: dict
plan_file:
  description: The absolute path of the file with the plan.
  returned: in check mode with O(plan_file)
  type: str
unplanned:
  description: The servers that need a change which the approved plan does not contain. Nothing was done to them.
  returned: with O(plan_file) or O(plan), except for the plan that check mode writes
  type: list
  elements: dict
  sample: [{"id": "4f6d3a52-3b1e-4c77-9a53-0d5f3f1f2c11", "name": "web-99"}]
not_selected:
  description:
    - The number of changes in the approved plan that the options of this task do not select, such as those of other
      slices of a job.
  returned: with O(plan_file) or O(plan), except for the plan that check mode writes
  type: int
  sample: 0
"""

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.declared import (
    DeclaredOptions,
    Declarer,
    warnings_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lifecycle import ServerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.observe import observe
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.server_strategy import WORDS
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import (
    Declaration,
    with_changes,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.networks import declared_networks
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import names_of
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import (
    FAIL,
    IGNORE,
    unapplied,
    unapplied_sentence,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    PLANNING,
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
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.server_options import EXCLUSIVE, SERVER
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.server_result import (
    check_result_of_servers,
    run_result_of_servers,
)

MODULE = ModuleSpec(
    argument_spec(
        WAITING,
        REPORT,
        PLANNING,
        **SERVER,
        select={"type": "dict", "options": SELECTION},
        # Not secret.
        client_token={"type": "str", "no_log": False},
        return_passwords={"type": "bool", "default": False, "no_log": False},
    ),
    mutually_exclusive=[("name", "names", "name_pattern", "select"), ("select", "count"), *EXCLUSIVE],
    required_one_of=[("name", "names", "name_pattern", "select")],
    selecting=("name", "names", "count", "name_pattern", "select"),
)


def run(context: Context) -> Result:
    networks = declared_networks(context.params["networks"])
    context = replace(context, params={**context.params, "networks": networks})
    params, cloud = context.params, context.cloud
    names = names_of(params)
    options = DeclaredOptions.of(params, cloud, context.register_secret)
    waiter = context.waiter()

    observed = observe(cloud, params, names, context)
    if params["select"] is not None:
        context.warn_of_no_servers(params["select"], observed.servers, observed.missing)
    declarer = Declarer(cloud, context.warn)
    declaration = declarer.declare(options, observed)
    declarer.references([declaration.new] if declaration.new else []).check(declaration)
    plan = context.approve(declaration.plan)
    (declaration,) = with_changes([declaration], plan)
    _report_unapplied(context, declaration, options.user_data)
    for warning in warnings_of(options, declaration, cloud):
        context.warn(warning)
    spec = declaration.spec
    if context.check_mode:
        return check_result_of_servers(context, declaration.plan, spec, observed.missing)

    work = ServerRun(cloud, [declaration], observed.known, params["wait"], waiter, WORDS[spec.state])
    work.run()
    for warning in work.warnings:
        context.warn(warning)
    return run_result_of_servers(context, work, spec, observed.missing)


def _report_unapplied(context: Context, declaration: Declaration, user_data: str | None) -> None:
    """Reports options that have no effect, before the first change. Raises InvalidRequest if the task says so."""
    what, rules = context.params["unapplied_options"], context.cloud.rules
    if what == IGNORE:
        return
    found = unapplied_sentence(unapplied(context.params, declaration.plan, rules, user_data), rules)
    if found and what == FAIL:
        raise InvalidRequest(found)
    context.warn_if(found)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
