"""The ready file: the connection options of each platform, and further credentials; clouds.yaml for other tools."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import shlex
from typing import Any

from simulator.state.guest import USER_DATA_MARKER
from simulator.state.ids import hex_id
from simulator.state.keypairs import PRIVATE_KEY_MARKER
from simulator.state.simulator import Simulator


def auth_url(sim: Simulator, platform: str) -> str:
    return sim.base_url + ("/v3" if platform == "huaweicloud" else "/%s/identity/v3" % platform)


def keystone_options(sim: Simulator, platform: str, user: dict[str, Any], project: str) -> dict[str, Any]:
    settings = sim.platform(platform)
    domain = settings["domains"][0]["name"]
    return {
        "platform": platform,
        "region": settings["regions"][0],
        "auth": {
            "auth_url": auth_url(sim, platform),
            "username": user["name"],
            "password": user["password"],
            "user_domain_name": domain,
            "project_name": project,
            "project_domain_name": domain,
        },
    }


def huawei_options(sim: Simulator, key: dict[str, Any], region: str | None = None) -> dict[str, Any]:
    auth = {"auth_url": auth_url(sim, "huaweicloud"), "access_key": key["access_key"], "secret_key": key["secret_key"]}
    if key.get("security_token"):
        auth["security_token"] = key["security_token"]
    return {
        "platform": "huaweicloud",
        "region": region or sim.platform("huaweicloud")["regions"][0],
        "endpoint": sim.base_url,
        "auth": auth,
    }


def ready_document(sim: Simulator) -> dict[str, Any]:
    """What the ready file holds; see --help."""
    platforms: dict[str, Any] = {}
    credentials: dict[str, Any] = {"user_data_marker": USER_DATA_MARKER, "private_key_marker": PRIVATE_KEY_MARKER}
    for name in ("openstack", "easystack", "ustack"):
        settings = sim.platform(name)
        users = {user["name"]: user for user in settings["users"]}
        usual = users[settings["connect_as"]]
        project = next(iter(usual["roles"]), settings["projects"][0]["name"])
        platforms[name] = keystone_options(sim, name, usual, project)
        more = {}
        for user in settings["users"]:
            own = "admin" if user["name"] == "admin" else next(iter(user["roles"]), project)
            more[user["name"]] = keystone_options(sim, name, user, own)
        for row in settings.get("application_credentials") or []:
            base = {"auth_url": auth_url(sim, name), "application_credential_secret": row["secret"]}
            by_id = {**base, "application_credential_id": hex_id(name, "application credential", row["name"])}
            by_name = {
                **base,
                "application_credential_name": row["name"],
                "username": row["user"],
                "user_domain_name": settings["domains"][0]["name"],
            }
            rest = {"platform": name, "region": settings["regions"][0]}
            more["application_credential"] = {**rest, "auth": by_id}
            more["application_credential_by_name"] = {**rest, "auth": by_name}
        credentials[name] = more
    platforms["huaweicloud"], credentials["huaweicloud"] = _huawei(sim)
    return {
        "pid": os.getpid(),
        "port": int(sim.base_url.rsplit(":", 1)[1]),
        "url": sim.base_url,
        "control": sim.base_url + "/_sim",
        "platforms": platforms,
        "credentials": credentials,
    }


def _huawei(sim: Simulator) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = sim.platform("huaweicloud")
    permanent = next(key for key in settings["access_keys"] if not key.get("security_token"))
    temporary = next((key for key in settings["access_keys"] if key.get("security_token")), None)
    usual = huawei_options(sim, permanent)
    names = [project["name"] for project in settings["projects"]]
    more: dict[str, Any] = {
        "projects": [{"id": row["id"], "name": row["name"]} for row in sim.builders["huaweicloud"].projects]
    }
    if temporary is not None:
        more["temporary"] = huawei_options(sim, temporary)
    for region in settings["regions"]:
        if names.count(region) > 1:
            more["ambiguous_region"] = huawei_options(sim, permanent, region)
        if names.count(region) == 0:
            more["empty_region"] = huawei_options(sim, permanent, region)
    for user in settings["users"]:
        if user["name"] == settings["connect_as"]:
            more["iam_user"] = {
                **usual,
                "auth": {
                    "auth_url": auth_url(sim, "huaweicloud"),
                    "username": user["name"],
                    "password": user["password"],
                    "user_domain_name": settings["domain"]["name"],
                    "project_name": names[0],
                },
            }
    return usual, more


def clouds_yaml(sim: Simulator) -> str:
    """A clouds.yaml with the three OpenStack platforms under their names, readable by every OpenStack tool."""
    clouds = {}
    for name in ("openstack", "easystack", "ustack"):
        options = ready_document(sim)["platforms"][name]
        clouds[name] = {"cloudserver_platform": name, "region_name": options["region"], "auth": options["auth"]}
    # JSON is YAML, and needs no library.
    return "# The clouds of the simulator; it writes this file when it starts.\n%s\n" % json.dumps(
        {"clouds": clouds}, indent=2
    )


def huaweicloud_environment(sim: Simulator) -> str:
    """A file for ``source`` with the connection of huaweicloud."""
    options = ready_document(sim)["platforms"]["huaweicloud"]
    values = {
        "CLOUDSERVER_PLATFORM": "huaweicloud",
        "HW_REGION_NAME": options["region"],
        "HW_ACCESS_KEY": options["auth"]["access_key"],
        "HW_SECRET_KEY": options["auth"]["secret_key"],
        "HW_AUTH_URL": options["auth"]["auth_url"],
        "OS_COMPUTE_ENDPOINT_OVERRIDE": options["endpoint"],
    }
    return "".join("export %s=%s\n" % (name, shlex.quote(value)) for name, value in values.items())


def first_commands(folder: str) -> list[str]:
    """Commands to try, for a reader who sees the simulator for the first time."""
    files = shlex.quote(folder)
    return [
        'export PATH="$PWD/.venv/bin:$PATH"',
        "export OS_CLIENT_CONFIG_FILE=%s/clouds.yaml" % files,
        "ansible localhost -m cloudserver.compute.server_info -a 'cloud=openstack all=true fields=name,status'",
        "ansible localhost -m cloudserver.compute.server_power -a 'cloud=easystack names=web-01 state=stopped'",
        "source %s/huaweicloud.sh && ansible localhost -m cloudserver.compute.flavor_info" % files,
    ]
