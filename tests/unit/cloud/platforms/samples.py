# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses as the documents of the platforms print them, shortened; without links and the guests' own data."""

from __future__ import annotations

from typing import Any

#: A tiny cloud-config, in the place where real responses hold password hashes.
USER_DATA = "I2Nsb3VkLWNvbmZpZwo="

#: EasyStack, the list of servers with details.
EASYSTACK_IN_ERROR: dict[str, Any] = {
    "id": "8e609d42-fdc3-453c-ab85-f323c78f3918",
    "name": "instance-bgzz",
    "status": "ERROR",
    "tenant_id": "c1869da142e94aa99ae1a0391360f99a",
    "user_id": "e36a6c6aafcb4581bbb12196e393242d",
    "metadata": {},
    "hostId": "",
    "image": "",
    "flavor": {
        "id": "2",
        "vcpus": 1,
        "ram": 1024,
        "disk": 0,
        "ephemeral": 0,
        "swap": 0,
        "original_name": "1C-1G",
        "extra_specs": {},
    },
    "created": "2022-08-23T11:35:12Z",
    "updated": "2022-08-23T11:37:44Z",
    "deleted": "",
    "estimated_deleted": "",
    "addresses": {},
    "accessIPv4": "",
    "accessIPv6": "",
    "fault": {
        "code": 500,
        "created": "2022-08-23T11:37:45Z",
        "message": "Exceeded maximum number of retries.",
        "details": 'Traceback (most recent call last):\n  File "manager.py", line 652, in build_instances\n',
    },
    "OS-EXT-AZ:availability_zone": "",
    "key_name": None,
    "OS-SRV-USG:launched_at": None,
    "OS-SRV-USG:terminated_at": None,
    "OS-EXT-SRV-ATTR:host": None,
    "OS-EXT-SRV-ATTR:hypervisor_hostname": None,
    "OS-EXT-SRV-ATTR:reservation_id": "r-oxaqe5rb",
    "OS-EXT-SRV-ATTR:hostname": "instance-bgzz",
    "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
    "OS-EXT-SRV-ATTR:user_data": USER_DATA,
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "error",
    "OS-EXT-STS:power_state": 0,
    "os-extended-volumes:volumes_attached": [
        {"id": "9d5e20bf-8bf3-4441-8fc5-b0bd3746a613", "delete_on_termination": True}
    ],
    "locked": False,
    "description": None,
    "tags": [],
    "host_status": "",
}

#: EasyStack, the recycle bin: what differs from the server above.
EASYSTACK_DELETED: dict[str, Any] = {
    **EASYSTACK_IN_ERROR,
    "id": "c819da53-eedb-47ea-a305-be7dbf747c36",
    "name": "pve179",
    "status": "DELETED",
    "image": {"id": "4d84f09b-f41a-4dd8-9752-90adf8d709ea", "links": []},
    "deleted": "2022-04-12T06:56:25Z",
    "estimated_deleted": "2022-04-19T06:56:25Z",
    "OS-SRV-USG:terminated_at": "2022-04-12T06:56:25.000000",
    "OS-EXT-STS:vm_state": "deleted",
    "os-extended-volumes:volumes_attached": [],
}

#: EasyStack, one server.
EASYSTACK_ACTIVE: dict[str, Any] = {
    "id": "362e672a-8510-4164-af2e-9dbf5c1de836",
    "name": "instance-REK4t4-9",
    "status": "ACTIVE",
    "tenant_id": "19eedeacd8524fa196a1aa8d4ee5d9d7",
    "metadata": {},
    "image": "",
    "flavor": {"id": "1", "vcpus": 1, "ram": 512, "disk": 0, "original_name": "1C-0.5G", "extra_specs": {}},
    "created": "2022-04-27T13:03:50Z",
    "updated": "2022-04-27T13:03:56Z",
    "addresses": {
        "share_net": [
            {
                "version": 4,
                "addr": "192.168.111.202",
                "OS-EXT-IPS:type": "fixed",
                "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:e7:ce:0b",
            }
        ]
    },
    "OS-EXT-AZ:availability_zone": "default-az",
    "key_name": None,
    "OS-SRV-USG:launched_at": "2022-04-27T13:03:56.000000",
    "OS-EXT-SRV-ATTR:host": "node-2.domain.tld",
    "OS-EXT-SRV-ATTR:user_data": USER_DATA,
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active",
    "OS-EXT-STS:power_state": 1,
    "locked": False,
    "description": None,
    "tags": [],
}

#: UnitedStack, the list of servers with details: no tags, no lock, the names of image and flavor.
USTACK_BUILDING: dict[str, Any] = {
    "status": "BUILD",
    "updated": "2014-07-14T04:21:34Z",
    "OS-EXT-SRV-ATTR:host": "server-85",
    "addresses": {
        "shared": [
            {
                "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:0b:ab:0e",
                "UOS-EXT-IPS:subnet_name": "shared_subnet",
                "UOS-EXT-IPS:id": "66add13a-2ba9-41ab-bebb-fcfc8f1f4a94",
                "addr": "172.31.251.252",
                "OS-EXT-IPS:type": "fixed",
                "UOS-EXT-IPS:subnet_shared": True,
                "version": 4,
                "UOS-EXT-IPS:subnet_id": "0383c257-d730-4bbc-bd20-c7482bc925e8",
            }
        ]
    },
    "OS-EXT-SRV-ATTR:hypervisor_hostname": "server-85.0.lg.ustack.in",
    "security_groups": [
        {"port_id": "d6c7d1b5", "name": "default", "id": "6c0d1e0a"},
        {"port_id": "e7d8e2c6", "name": "default", "id": "6c0d1e0a"},
        {"port_id": "e7d8e2c6", "name": "web", "id": "7d1e2f1b"},
    ],
    "os-extended-volumes:volumes_attached": [{"id": "b1b2"}],
    "key_name": None,
    "image": {"id": "81ebf00b-6221-43ff-8551-f8908520dad5", "name": "Ubuntu 13.04 x64"},
    "OS-EXT-STS:task_state": "spawning",
    "OS-EXT-STS:vm_state": "building",
    "OS-SRV-USG:launched_at": None,
    "flavor": {"id": "8abaa0f9-30e1-4509-8ba5-5c97366029df", "name": "micro-1"},
    "id": "b0aca7fe-a4b7-4e12-9ed3-903634311fcf",
    "OS-EXT-AZ:availability_zone": "nova",
    "name": "server-1",
    "created": "2014-07-14T04:21:32Z",
    "tenant_id": "0f1255df40374d02a23e1a6ceeaefec7",
    "accessIPv4": "",
    "progress": 0,
    "OS-EXT-STS:power_state": 0,
    "metadata": {},
}

#: UnitedStack, an address of the response to a rename: neither type nor MAC.
USTACK_BARE_ADDRESS: dict[str, Any] = {
    "UOS-EXT-IPS:subnet_name": "shared_subnet",
    "UOS-EXT-IPS:id": "4c926f83-f947-4376-a3f3-071e56b08974",
    "addr": "172.31.248.190",
    "UOS-EXT-IPS:subnet_shared": True,
    "version": 4,
}

USTACK_FLAVORS: list[dict[str, Any]] = [
    {"name": "micro-1", "ram": 12288, "vcpus": 12, "swap": "", "id": "215ea357-2d56-4387-9991-0c083806e3f8"},
    {"name": "micro-2", "ram": 8192, "vcpus": 2, "swap": "", "id": "21c0cf18-d0dc-43ab-8fdb-40ba8b0935d9"},
]

#: Huawei Cloud ECS: numbers as text, addresses by VPC, tags of which one has no value, user_data.
HUAWEI_ACTIVE: dict[str, Any] = {
    "id": "4f4b3dfa-eb70-47cf-a60a-998a53bd6666",
    "name": "ecs-2ecf",
    "status": "ACTIVE",
    "tenant_id": "05041fffa40025702f6dc009cc6f8f33",
    "user_id": "05498fe56b8010d41f7fc01e280b6666",
    "host_status": "UP",
    "accessIPv4": "",
    "security_groups": [{"id": "88a5a3c6-9a7b-4ad7-8d5a-fb6a2cc1bb6d", "name": "sg-95ec"}],
    "os-extended-volumes:volumes_attached": [
        {"id": "8f8bd5a0", "bootIndex": "0", "device": "/dev/vda", "delete_on_termination": "true"},
        {"id": "9a9ce6b1", "device": "/dev/vdb", "delete_on_termination": "false"},
    ],
    "OS-EXT-SRV-ATTR:reservation_id": "r-dh2hrf0o",
    "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
    "OS-EXT-SRV-ATTR:hypervisor_hostname": "nova003@49",
    "OS-SRV-USG:terminated_at": None,
    "enterprise_project_id": "441d55a6-c6f3-4f0a-a3c8-7e6d1b2c0f5e",
    "addresses": {
        "0431c5e5-bc94-4a27-8263-15815d642435": [
            {
                "version": "4",
                "addr": "192.168.0.203",
                "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:f2:c4:17",
                "OS-EXT-IPS:type": "fixed",
                "OS-EXT-IPS:port_id": "7ba2a5b6-9c4b-4b3c-8c1d-0c2b1d5e6f70",
                "primary": True,
            },
            {
                "version": "4",
                "addr": "139.9.0.7",
                "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:f2:c4:17",
                "OS-EXT-IPS:type": "floating",
            },
        ]
    },
    "flavor": {"disk": "0", "vcpus": "1", "ram": "1024", "id": "s6.small.1", "name": "s6.small.1", "gpus": []},
    "image": {"id": "1ce5800a-e487-4c1b-b264-3353a39e2b4b"},
    "metadata": {
        "charging_mode": "0",
        "vpc_id": "0431c5e5-bc94-4a27-8263-15815d642435",
        "image_name": "CentOS 7.2 64bit",
        "os_type": "Linux",
        "lockSource": "hcss",
        "agency_name": None,
    },
    "tags": ["__type_baremetal", "_sys_type_hcss_x", "env=prod"],
    "sys_tags": [{"key": "_sys_enterprise_project_id", "value": "0"}],
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active",
    "OS-EXT-STS:power_state": 1,
    "OS-EXT-AZ:availability_zone": "cn-north-4a",
    "OS-EXT-SRV-ATTR:host": "pod01.cn-north-4a",
    "OS-EXT-SRV-ATTR:user_data": USER_DATA,
    "OS-SRV-USG:launched_at": "2019-05-22T03:23:59.000000",
    "created": "2019-05-22T03:19:19Z",
    "updated": "2019-05-22T03:23:59Z",
    "key_name": "kp-1",
    "locked": False,
    "description": "",
    "fault": None,
}

#: Huawei Cloud ECS: what the list gives for a server_id that it does not know.
HUAWEI_UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(HUAWEI_ACTIVE),
    "id": "00000000-0000-0000-0000-000000000000",
    "fault": {"code": 404, "message": "Instance could not be found.", "created": "2019-05-22T03:30:52Z"},
}


def huawei_job(status: str, *parts: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A batch action's job; each part is a server's id and the status of its sub job."""
    ended = "" if status in ("INIT", "RUNNING") else "2025-03-23T07:29:27.897Z"
    common = {"begin_time": "2025-03-23T07:28:46.807Z", "end_time": ended}
    subs = [
        {"job_id": "sub-" + server, "job_type": "serverActions", "status": state, "entities": {"server_id": server}}
        for server, state in parts
    ]
    entities = {"sub_jobs_total": len(subs), "sub_jobs": subs}
    return {"job_id": "j1", "job_type": "serversAction", "status": status, "entities": entities, **common, **more}


def nova(server_id: str, status: str = "ACTIVE", task: str | None = None, **more: Any) -> dict[str, Any]:
    """A server as Nova lists it, with as much as tests of requests need."""
    return {
        "id": server_id,
        "name": "n-" + server_id,
        "status": status,
        "OS-EXT-STS:task_state": task,
        "tags": [],
        "metadata": {},
        "flavor": {"original_name": "m1.tiny", "vcpus": 1, "ram": 512},
        **more,
    }


def addresses(*ips: str, kind: str = "fixed") -> dict[str, Any]:
    """One network with these addresses, as Nova shows it."""
    return {"net": [{"addr": ip, "version": 6 if ":" in ip else 4, "OS-EXT-IPS:type": kind} for ip in ips]}
