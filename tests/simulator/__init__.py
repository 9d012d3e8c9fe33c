"""A strict server for four cloud dialects on loopback: openstack, easystack, ustack, huaweicloud.

`python3 tests/simulator` runs it; in a test, `simulator` is importable where tests/ is on sys.path. From the top down:

    app.py              the Flask application: names, logs and serves each request
    control/            the control API, /_sim
    openstack.py, easystack.py, ustack.py    which parts of Nova a platform has, and how it differs
    huaweicloud/        ECS, IAM, IMS
    nova/               a file for each part of the Compute API
    keystone/, glance/, neutron/, cinder/
    http/               call, response, router, WSGI server
    state/              what all of them share: servers, images, hosts, tokens, faults, request log
    tests/              the simulator's own tests
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
