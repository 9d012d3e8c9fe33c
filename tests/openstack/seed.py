"""Create many servers; see seed.sh."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import time

import openstack

mode, count, prefix, arg = sys.argv[1:]
count = int(count)
conn = openstack.connect(cloud="oslab", load_envvars=True)
compute = conn.compute
HDR = {"OpenStack-API-Version": "compute 2.90"}
COPIED = (
    ("nova", "instance_extra", "instance_uuid"),
    ("nova", "instance_info_caches", "instance_uuid"),
    ("nova", "instance_metadata", "instance_uuid"),
    ("nova", "instance_system_metadata", "instance_uuid"),
    ("nova", "block_device_mapping", "instance_uuid"),
    ("nova", "tags", "resource_id"),
    ("nova_api", "instance_mappings", "instance_uuid"),
)


def create(count, network, batch):
    images = [i.id for i in conn.image.images() if i.name.startswith("cirros")]
    flavors = {f.name: f.id for f in compute.flavors()}
    if network != "none":
        network = [{"uuid": conn.network.find_network(network, ignore_missing=False).id}]
    begin = time.time()
    for n, first in enumerate(range(0, count, batch)):
        size = min(batch, count - first)
        env, role = ("dev", "test", "prod")[n % 3], ("web", "db")[n % 2]
        reply = compute.post(
            "/servers",
            headers=HDR,
            json={
                "server": {
                    "name": "%s-%03d" % (prefix, n),
                    "min_count": size,
                    "max_count": size,
                    "imageRef": images[n % len(images)],
                    "flavorRef": flavors[("m1.nano", "m1.micro")[n % 2]],
                    "networks": network,
                    "metadata": {"env": env, "role": role},
                    "tags": [env, role, prefix],
                }
            },
        )
        if reply.status_code != 202:
            sys.exit("%s %s" % (reply.status_code, reply.text))
    print("%d requested in %.1f s" % (count, time.time() - begin), flush=True)
    while total("BUILD"):
        time.sleep(2)
    print("%d ACTIVE, %d ERROR after %.1f s" % (total("ACTIVE"), total("ERROR"), time.time() - begin), flush=True)


def total(status):
    found, marker = 0, None
    while True:
        page = compute.get(
            "/servers",
            headers=HDR,
            params={"tags": prefix, "status": status, "limit": 1000, **({"marker": marker} if marker else {})},
        ).json()["servers"]
        if not page:
            return found
        found, marker = found + len(page), page[-1]["id"]


def clone(count, port):
    import pymysql

    db = pymysql.connect(
        host="127.0.0.1", port=int(port), user="oslab", password="oslab", database="nova", autocommit=False
    )
    cur = db.cursor()
    begin = time.time()
    cur.execute(
        "SELECT i.uuid FROM instances i JOIN tags t ON "
        "t.resource_id = i.uuid WHERE t.tag = %s AND i.deleted = 0 "
        'AND i.vm_state = "active" ORDER BY i.id LIMIT 4',
        (prefix,),
    )
    sources = [row[0] for row in cur.fetchall()]
    cur.execute(
        "CREATE TEMPORARY TABLE m (n INT PRIMARY KEY, src CHAR(36) "
        "CHARACTER SET utf8mb3, new CHAR(36) CHARACTER SET utf8mb3, "
        "KEY (src))"
    )
    cur.execute(
        "INSERT INTO m SELECT seq, ELT(1 + seq %% %d, %s), UUID() "
        "FROM seq_1_to_%d" % (len(sources), ",".join("'%s'" % s for s in sources), count)
    )
    own = {
        "uuid": "m.new",
        "display_name": "CONCAT('%s-', m.n)" % prefix,
        "hostname": "CONCAT('%s-', m.n)" % prefix,
        "network_info": "REGEXP_REPLACE(t.network_info, "
        '\'"address": "10[.]6[4-7][.][0-9]+[.][0-9]+"\', '
        "CONCAT('\"address\": \"10.66.', m.n DIV 250, '.', "
        "m.n %% 250 + 1, '\"'))".replace("%%", "%"),
    }
    for schema, table, key in (("nova", "instances", "uuid"),) + COPIED:
        cur.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            (schema, table),
        )
        cols = [r[0] for r in cur.fetchall() if r[0] != "id"]
        if table == "block_device_mapping":
            cols.remove("uuid")
        vals = [
            "m.new"
            if c == key
            else own.get(c, "t.`%s`" % c)
            if table in ("instances", "instance_info_caches")
            else "t.`%s`" % c
            for c in cols
        ]
        cur.execute(
            "INSERT INTO %s.%s (%s) SELECT %s FROM %s.%s t JOIN m ON "
            "t.%s = m.src ORDER BY m.n"
            % (schema, table, ",".join("`%s`" % c for c in cols), ",".join(vals), schema, table, key)
        )
    db.commit()
    print("%d copied in %.1f s" % (count, time.time() - begin))


if mode == "api":
    create(count, arg, 50)
else:
    create(4, "lab-private", 1)
    clone(count, arg)
