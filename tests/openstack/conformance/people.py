"""The users of the real Keystone whom cases log in as, as the simulator's default.yml has them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation import Foundation

FACTORS = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}


def people_of(foundation: Foundation, seed: str, rules: list[Mapping[str, str]]) -> dict[str, str]:
    """Make them where they are not there; the words of cases. ``seed`` is that of the one-time passwords."""
    root = foundation.root
    roles = {row["name"]: row["id"] for row in root.get("identity/v3/roles")["roles"]}
    project = "identity/v3/projects/%s/users/%%s/roles/%s" % (foundation.admin.project_id, roles["member"])
    words = {}
    ids = {}
    for who in ("guarded", "overseer", ""):
        name, words[who + ".password"] = foundation.person(who)
        words[who + ".user"] = name
        ids[who] = root.get("identity/v3/users?name=" + name)["users"][0]["id"]
    root.call("PUT", project % ids["guarded"])
    root.call("PATCH", "identity/v3/users/" + ids["guarded"], {"user": {"options": FACTORS}})
    if not root.get("identity/v3/credentials?type=totp&user_id=" + ids["guarded"])["credentials"]:
        row = {"type": "totp", "blob": seed, "user_id": ids["guarded"]}
        root.post("identity/v3/credentials", {"credential": row})
    for where in ("system", "domains/default"):
        root.call("PUT", "identity/v3/%s/users/%s/roles/%s" % (where, ids["overseer"], roles["reader"]))
    words["trust.id"] = _trust(foundation, ids[""])
    made = foundation.user.post(
        "identity/v3/users/%s/application_credentials" % foundation.user.user_id,
        {"application_credential": {"name": "lister", "access_rules": rules}},
    )["application_credential"]
    words.update({"lister.id": made["id"], "lister.secret": made["secret"]})
    return {word: value for word, value in words.items() if not word.startswith(".")}


def _trust(foundation: Foundation, trustee: str) -> str:
    """The id of the user's trust for the trustee in the project."""
    path, user = "identity/v3/OS-TRUST/trusts", foundation.user
    for row in user.get("%s?trustor_user_id=%s" % (path, user.user_id))["trusts"]:
        if row["trustee_user_id"] == trustee:
            return str(row["id"])
    row = {
        "trustor_user_id": user.user_id,
        "trustee_user_id": trustee,
        "project_id": user.project_id,
        "impersonation": False,
        "roles": [{"name": "member"}],
    }
    made: dict[str, Any] = user.post(path, {"trust": row})["trust"]
    return str(made["id"])
