"""python tests/openstack/gateway: the real OpenStack of tests/openstack as a cloud for targets and roles.

Makes the servers that they expect, and stands between them and the cloud: it notes each request, can answer in the
cloud's place (faults on order), and shows the cloud as an older one or a vendor's where that is asked for.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from clouds import CLOUDS, Cloud  # noqa: E402
from control_side import register  # noqa: E402
from estate import Estate  # noqa: E402
from flask import Flask  # noqa: E402
from lab import ADMIN_PASSWORD, LabError  # noqa: E402
from proxy import Proxy  # noqa: E402
from tls import ELSEWHERE, Front  # noqa: E402

from simulator.http.server import make_server  # noqa: E402
from simulator.state.guest import USER_DATA_MARKER  # noqa: E402

REGION = "RegionOne"
#: What every RSA private key of 2048 bits holds in PEM: the lengths of its first numbers.
PRIVATE_KEY_MARKER = "IBAAKCAQEA"


def options(proxy: Proxy, front: Front | None, auth: dict[str, str]) -> dict[str, Any]:
    url = "%s/%s/identity/v3" % (proxy.base_url, proxy.cloud.platform)
    more = front.options() if front else {}
    return {"platform": proxy.cloud.platform, "region": REGION, "auth": {"auth_url": url, **auth}, **more}


def password(user: str, secret: str, project: str) -> dict[str, str]:
    return {
        "username": user,
        "password": secret,
        "user_domain_name": "Default",
        "project_name": project,
        "project_domain_name": "Default",
    }


def ready_document(proxy: Proxy, estate: Estate, folder: Path, root: str, front: Front | None) -> dict[str, Any]:
    """The same form as the simulator's; ``environment`` is what a run needs besides, ``cloud`` the name of this one.
    ``root`` is the address of the control side."""
    cloud, foundation = proxy.cloud, estate.foundation
    usual = options(proxy, front, password(foundation.name, foundation.password, foundation.name))
    credential = foundation.application_credential()
    by_id = options(
        proxy,
        front,
        {"application_credential_id": credential["id"], "application_credential_secret": credential["secret"]},
    )
    environment: dict[str, str] = {}
    shown = {"password": usual, "application_credential": by_id}.get(cloud.credentials)
    if shown is None:
        path = folder / "clouds.yaml"
        entry = {"auth": usual["auth"], "region_name": REGION, "cloudserver_platform": cloud.platform}
        entry.update(front.in_clouds_yaml() if front else {})
        path.write_text(json.dumps({"clouds": {"lab": entry}}))
        environment["OS_CLIENT_CONFIG_FILE"] = str(path)
        shown = {"cloud": "lab"}
    credentials = {
        "admin": options(proxy, front, password("admin", ADMIN_PASSWORD, foundation.name)),
        "application_credential": by_id,
        "password": usual,
    }
    return {
        "pid": os.getpid(),
        "port": int(root.rsplit(":", 1)[1]),
        "url": root,
        "control": root + "/_sim",
        "platforms": {cloud.platform: shown},
        "environment": environment,
        "cloud": cloud.name,
        "lacks": list(cloud.lacks),
        "real": True,
        "tls": front.described() if front else None,
        "credentials": {
            "user_data_marker": USER_DATA_MARKER,
            "private_key_marker": PRIVATE_KEY_MARKER,
            cloud.platform: credentials,
        },
    }


def serve(cloud: Cloud, ready: Path, quiet: bool) -> int:
    estate = Estate(cloud.estate)
    estate.restore()
    proxy = Proxy(cloud)
    app = Flask("gateway")
    register(app, proxy, estate)
    server = make_server(app, "127.0.0.1", 0)
    root = proxy.base_url = "http://127.0.0.1:%d" % server.bind_addr[1]
    front = Front(app, ready.parent / "tls") if cloud.tls else None
    if front:
        proxy.base_url = front.url
        proxy.other_bases[front.plain_url.rsplit(":", 1)[1]] = ELSEWHERE
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: ended.set())
    threading.Thread(target=server.serve, daemon=True).start()
    partial = ready.with_suffix(".partial")
    partial.touch(0o600)
    partial.write_text(json.dumps(ready_document(proxy, estate, ready.parent, root, front), indent=2))
    partial.replace(ready)
    try:
        if not quiet:
            print("gateway: %s on %s" % (cloud.name, proxy.base_url), flush=True)
        ended.wait()
    finally:
        ready.unlink(missing_ok=True)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python tests/openstack/gateway", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cloud", choices=CLOUDS, default="openstack", help="what to show (default: %(default)s)")
    parser.add_argument("--ready-file", required=True, type=Path, help="where the connection options are written")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    chosen = parser.parse_args()
    try:
        return serve(CLOUDS[chosen.cloud], chosen.ready_file, chosen.quiet)
    except LabError as error:
        print("gateway: %s" % error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
