# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins other than a password for a project, on the real Keystone: what a token is for, and what Nova says to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "gateway"), str(HERE.parents[1])]

from lab import ADMIN_PASSWORD, SERVICES, Api  # noqa: E402

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve  # noqa: E402
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (  # noqa: E402
    AuthenticationFailed,
    CloudError,
    SettingsError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import (  # noqa: E402
    Session,
    connect,
)

SEED = b"twenty bytes of seed"
WRONG = "000000"
DOMAIN = {"user_domain_id": "default"}
IN_PROJECT = {"project_domain_id": "default"}
AUTH_URL = SERVICES["identity"] + "/v3"


def passcode(moment: float | None = None) -> str:
    """The one-time password of SEED (RFC 6238, six digits, 30 seconds)."""
    step = int((time.time() if moment is None else moment) // 30)
    digest = hmac.new(SEED, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF) % 1000000)


def session(auth: dict[str, Any], **options: Any) -> Session:
    """The collection's own, with these credentials and no variables of the environment."""
    full = {"auth_url": AUTH_URL, **auth}
    return connect(resolve({"platform": "openstack", "region": "RegionOne", "auth": full, **options}, {}))


class Lab:
    """A project with users of its own, who go when the tests end."""

    def __init__(self) -> None:
        self.root = Api("admin", ADMIN_PASSWORD, "admin")
        self.name = "logins-" + uuid.uuid4().hex[:8]
        self.password = uuid.uuid4().hex
        self.made: list[str] = []
        self.roles = {row["name"]: row["id"] for row in self.root.get("identity/v3/roles")["roles"]}
        self.project = self.make("projects", {"name": self.name, "domain_id": "default"})

    def make(self, kind: str, row: dict[str, Any]) -> str:
        made = self.root.post("identity/v3/" + kind, {kind[:-1]: row})[kind[:-1]]
        self.made.append("identity/v3/%s/%s" % (kind, made["id"]))
        return str(made["id"])

    def user(self, suffix: str, role: str = "member", **more: Any) -> str:
        """One more, with that role in the project; the id."""
        row = {"name": self.name + suffix, "password": self.password, "domain_id": "default", **more}
        user = self.make("users", row)
        self.grant("projects/" + self.project, user, role)
        return user

    def grant(self, where: str, user: str, role: str) -> None:
        self.root.call("PUT", "identity/v3/%s/users/%s/roles/%s" % (where, user, self.roles[role]))

    def api(self, suffix: str) -> Api:
        return Api(self.name + suffix, self.password, self.name)

    def by_password(self, suffix: str) -> dict[str, Any]:
        return {"username": self.name + suffix, "password": self.password, **DOMAIN}

    def in_project(self, suffix: str) -> dict[str, Any]:
        return {**self.by_password(suffix), "project_name": self.name, **IN_PROJECT}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    made = Lab()
    yield made
    for path in reversed(made.made):
        made.root.delete(path)


def servers(known: Session) -> int:
    """How many servers the token shows."""
    return len(known.get("/servers").body["servers"])


# -- one-time passwords ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(lab: Lab) -> str:
    """A user who needs password and passcode."""
    rules = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
    user = lab.user("-guarded", options=rules)
    blob = base64.b32encode(SEED).decode()
    lab.make("credentials", {"type": "totp", "blob": blob, "user_id": user})
    return user


def test_password_and_passcode(lab: Lab, guarded: str) -> None:
    known = session({**lab.in_project("-guarded"), "passcode": passcode()})
    assert known.auth.project_id == lab.project
    assert servers(known) == 0


def test_a_passcode_that_is_missing(lab: Lab, guarded: str) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        assert session(lab.in_project("-guarded")).auth.project_id
    assert "the user has to log in with password and totp" in caught.value.message
    assert caught.value.hint == "Give auth.passcode, the current time-based one-time password of the user."


@pytest.mark.parametrize("old", [False, True])
def test_a_passcode_that_is_wrong(lab: Lab, guarded: str, old: bool) -> None:
    code = passcode(time.time() - 300) if old else WRONG
    with pytest.raises(AuthenticationFailed) as caught:
        assert session({**lab.in_project("-guarded"), "passcode": code}).auth.project_id
    assert "valid for about 30 seconds" in str(caught.value)
    assert code not in str(caught.value) and lab.password not in str(caught.value)


# -- trusts ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trust(lab: Lab) -> str:
    """What lets the trustee act as the trustor in the project, where he has no role himself."""
    lab.user("-trustor")
    trustee = lab.make("users", {"name": lab.name + "-trustee", "password": lab.password, "domain_id": "default"})
    trustor = lab.api("-trustor")
    trustor.token()
    row = {
        "trustor_user_id": trustor.user_id,
        "trustee_user_id": trustee,
        "project_id": lab.project,
        "impersonation": False,
        "roles": [{"name": "member"}],
    }
    return str(trustor.post("identity/v3/OS-TRUST/trusts", {"trust": row})["trust"]["id"])


def test_a_trust(lab: Lab, trust: str) -> None:
    known = session({**lab.by_password("-trustee"), "trust_id": trust})
    assert known.auth.project_id == lab.project
    assert servers(known) == 0


def test_the_trustee_has_no_role_without_it(lab: Lab, trust: str) -> None:
    with pytest.raises(AuthenticationFailed, match="that it has a role in that project"):
        assert session(lab.in_project("-trustee")).auth.project_id


def test_a_trust_of_another(lab: Lab, trust: str, guarded: str) -> None:
    lab.user("-stranger")
    with pytest.raises(CloudError) as caught:
        assert session({**lab.by_password("-stranger"), "trust_id": trust}).auth.project_id
    assert caught.value.status in (401, 403) and lab.password not in str(caught.value)


# -- scopes ----------------------------------------------------------------------------------------------------------


def test_the_system(lab: Lab) -> None:
    user = lab.user("-system")
    lab.grant("system", user, "reader")
    known = session({**lab.by_password("-system"), "system_scope": "all"})
    with pytest.raises(SettingsError, match="The token is not scoped to a project"):
        assert known.auth.project_id
    with pytest.raises(CloudError) as caught:
        servers(known)
    assert caught.value.status == 403


def test_a_domain(lab: Lab) -> None:
    user = lab.user("-domain")
    lab.grant("domains/default", user, "reader")
    known = session({**lab.by_password("-domain"), "domain_id": "default"})
    with pytest.raises(SettingsError, match="The token is not scoped to a project"):
        assert known.auth.project_id


@pytest.mark.parametrize("scope", [{"system_scope": "all"}, {"domain_id": "default"}, {"domain_name": "Default"}])
def test_a_scope_without_a_role(lab: Lab, scope: dict[str, str], trust: str) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        session({**lab.by_password("-trustor"), **scope}).auth.endpoint("compute")
    assert "role" in str(caught.value) and lab.password not in str(caught.value)


# -- access rules ----------------------------------------------------------------------------------------------------


def test_access_rules(lab: Lab) -> None:
    lab.user("-ruled")
    user = lab.api("-ruled")
    user.token()
    rules = [{"method": "GET", "path": "/v2.1/servers", "service": "compute"}]
    row = {"name": "ruled", "access_rules": rules}
    made = user.post("identity/v3/users/%s/application_credentials" % user.user_id, {"application_credential": row})[
        "application_credential"
    ]
    auth = {"application_credential_id": made["id"], "application_credential_secret": made["secret"]}
    known = session(auth)
    assert known.auth.project_id == lab.project and servers(known) == 0
    with pytest.raises(AuthenticationFailed) as caught:
        known.get("/flavors")
    assert "The access rules of the application credential do not permit this request" in str(caught.value)
    assert "GET /v2.1/servers of compute" in str(caught.value) and made["secret"] not in str(caught.value)
