# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables of Huawei Cloud's own tools that have no effect here: each one that is set is named.

Sources: the official Python SDK (credential providers, region providers), and the Terraform provider's "Configuration
Reference".
"""

from __future__ import annotations

from typing import Mapping

#: Variables that select credentials: exact names, or prefixes that end with an underscore; and the sentence about them.
_CREDENTIALS = (
    (
        (
            "HUAWEICLOUD_SDK_IDP_ID",
            "HUAWEICLOUD_SDK_ID_TOKEN_FILE",
            "HUAWEICLOUD_OIDC_",
            "HW_ASSUME_ROLE_IDP_ID",
            "HW_ASSUME_ROLE_ID_TOKEN",
            "HW_ASSUME_ROLE_ID_TOKEN_FILE",
        ),
        "%s: no effect, credentials of an identity provider are not supported.",
    ),
    (("HC_CONTAINER_",), "%s: no effect, the identity of a pod is not supported."),
    (
        ("OS_AGENCY_NAME", "OS_AGENCY_DOMAIN_NAME", "OS_DELEGATED_PROJECT"),
        "%s: no effect, tokens of an agency are not supported; set HW_ASSUME_ROLE_AGENCY_NAME and"
        " HW_ASSUME_ROLE_DOMAIN_NAME.",
    ),
)
_ADDRESSES = (
    (
        ("HUAWEICLOUD_SDK_REGION_", "HUAWEICLOUD_SDK_REGIONS_FILE", "HUAWEICLOUD_SDK_STS_ENDPOINT"),
        "%s: no effect; set endpoint or endpoints to the addresses of the services.",
    ),
)
_SIGNING = "HW_SIGNING_ALGORITHM"
_SUPPORTED_SIGNING = "HmacSHA256"


def without_effect(environ: Mapping[str, str], credentials: bool) -> list[str]:
    """A sentence about each kind of variables without effect. ``credentials``: also about those that select
    credentials."""
    found = []
    for names, sentence in (_CREDENTIALS if credentials else ()) + _ADDRESSES:
        given = sorted(name for name, value in environ.items() if value and _is_one_of(name, names))
        if given:
            found.append(sentence % " and ".join(given))
    algorithm = environ.get(_SIGNING)
    if credentials and algorithm and algorithm != _SUPPORTED_SIGNING:
        found.append("%s is %s: no effect, requests are signed with %s." % (_SIGNING, algorithm, _SUPPORTED_SIGNING))
    return found


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    return any(name.startswith(each) if each.endswith("_") else name == each for each in names)
