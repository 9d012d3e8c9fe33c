# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile of a cloud: found in a file, in openstacksdk, or at the cloud itself."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

USER = "auth: {username: u, password: s3cret, project_name: p}"
SDK = "/sdk/config/vendors/%s.yaml"


@pytest.fixture(autouse=True)
def _sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """An openstacksdk whose profiles are the files below /sdk."""
    spec: Any = type("Spec", (), {"submodule_search_locations": ["/sdk"]})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)


def given(entry: str, files: dict[str, str] | None = None, region: str = "") -> Settings:
    clouds = "clouds: {lab: {cloudserver_platform: openstack, %s}}" % entry
    options = {"cloud": "lab", "region": region or None}
    return resolve(options, {"HOME": "/h"}, read_file={"./clouds.yaml": clouds, **(files or {})}.get)


def refused(*arguments: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        given(*arguments)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


def test_a_file_of_the_user_counts_more_than_openstacksdk() -> None:
    files = {SDK % "acme": "{name: acme, profile: {auth: {auth_url: 'https://sdk/v3'}}}"}
    assert given("profile: acme, " + USER, files).auth.auth_url == "https://sdk/v3"
    files["/etc/openstack/clouds-public.yaml"] = "public-clouds: {acme: {auth: {auth_url: 'https://own/v3'}}}"
    assert given("profile: acme, " + USER, files).auth.auth_url == "https://own/v3"


def test_a_profile_that_points_to_another_one() -> None:
    files = {
        SDK % "old": "{name: old, profile: {profile: new}}",
        SDK % "new": "{name: new, profile: {auth: {auth_url: 'https://new/v3'}}}",
    }
    assert given("profile: old, " + USER, files).auth.auth_url == "https://new/v3"


def test_the_status_of_a_profile() -> None:
    text = "{name: acme, profile: {status: %s, message: Use beta., auth: {auth_url: 'https://sdk/v3'}}}"
    (warning,) = given("profile: acme, " + USER, {SDK % "acme": text % "deprecated"}).warnings
    assert warning == "Cloud 'lab' of ./clouds.yaml uses the profile acme, which is deprecated. Use beta."
    said = refused("profile: acme, " + USER, {SDK % "acme": text % "shutdown"})
    assert "uses the profile acme of a cloud that no longer exists. Use beta." in said


def test_an_unknown_profile_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = "profile: acme, auth: {auth_url: 'https://k/v3', username: u, password: s3cret, project_name: p}"
    for found in (given(entry), None):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        (warning,) = (found or given(entry)).warnings
        assert warning.endswith("the profile acme, which is neither in clouds-public.yaml nor in openstacksdk.")


def test_a_profile_at_the_cloud(wire: Any, reply: Any) -> None:
    document = {"name": "acme", "profile": {"auth": {"auth_url": "https://told/v3", "user_domain_name": "D"}}}
    wire.expect("GET", "/.well-known/openstack/api", reply=reply(json=document), absent=("Authorization",))
    files = {SDK % "acme": "{name: acme, profile: {interface: internal, auth: {user_domain_name: E}}}"}
    found = given("profile: '%s/anything', %s" % (wire.url, USER), files)
    assert (found.auth.auth_url, found.interface, found.warnings) == ("https://told/v3", "internal", ())
    assert getattr(found.auth, "user_domain_name", None) == "E"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, {}, "could not be read: HTTP 404"),
        (302, {}, "could not be read: HTTP 302"),
        (200, [], "could not be read: HTTP 200"),
        (200, {"name": "acme"}, "has no profile"),
    ],
)
def test_a_cloud_without_a_profile(wire: Any, reply: Any, status: int, body: Any, said: str) -> None:
    wire.expect("GET", "/.well-known/openstack/api", reply=reply(status, json=body))
    assert said in refused("profile: '%s', %s" % (wire.url, USER))


def test_a_cloud_that_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def get(url: str, **arguments: Any) -> Any:
        asked.append((url, arguments["verify"], arguments["allow_redirects"]))
        raise requests.ConnectionError("s3cret")

    monkeypatch.setattr(requests, "get", get)
    assert "could not be read: ConnectionError" in refused("profile: 'https://acme:8443/x', cacert: /ca, " + USER)
    assert "could not be read" in refused("profile: 'https://acme', verify: false, " + USER)
    url = "https://acme%s/.well-known/openstack/api"
    assert asked == [(url % ":8443", "/ca", False), (url % "", False, False)]
    assert "neither a name nor a URL" in refused("profile: 'ftp://acme', " + USER)
    assert "neither a name nor a URL" in refused("profile: 'https://me:s3cret@acme', " + USER)
