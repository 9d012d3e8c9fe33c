# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud with a token and endpoints, and no service catalog, as UnitedStack's document describes it."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from modules.bench import NOVA, Bench, nothing_done, refused
from modules.nova_servers import IMAGES, NETWORKS, kind

pytestmark = pytest.mark.parametrize("platform", NOVA)


@pytest.fixture
def catalog(bench: Bench) -> dict[str, str]:
    """The endpoints of the catalog; the bench then has a token, the compute endpoint, and nothing else."""
    auth = bench.options["auth"]
    domain = {"id": "default"}
    user = {"name": auth["username"], "password": auth["password"], "domain": domain}
    scope = {"project": {"name": auth["project_name"], "domain": domain}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    url = auth["auth_url"].rstrip("/").removesuffix("/v3") + "/v3/auth/tokens"
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        token, issued = answer.headers["X-Subject-Token"], json.load(answer)["token"]
    found = {}
    for service in issued["catalog"]:
        endpoints = [row["url"] for row in service["endpoints"] if row["interface"] == "public"]
        found[service["type"]] = endpoints[0]
    # The documented entry of UnitedStack has neither a version nor a project.
    endpoint = found["compute"].partition("/v2/")[0] if bench.platform == "ustack" else found["compute"]
    bench.options = {
        "platform": bench.platform,
        "endpoint": endpoint,
        "auth": {"token": token, "project_id": issued["project"]["id"]},
    }
    return found


def image_id(bench: Bench) -> str:
    rows = bench.control("GET", f"/{bench.platform}/images")["images"]
    return next(row["id"] for row in rows if row["name"] == IMAGES[bench.platform])


@pytest.mark.usefixtures("catalog")
def test_a_server_is_created_by_image_id(bench: Bench) -> None:
    wanted = image_id(bench)
    networks = [{"network": row["id"]} for row in networks_of(bench)]
    made = bench.call("server", name="new-01", **kind(bench, image=wanted, networks=networks))
    assert made["changed"] and not made.get("failed"), made
    assert {row["name"] for row in bench.requests()} & {"list images", "show image"} == set()
    with nothing_done(bench):
        assert bench.call("server", name="new-01", **kind(bench, image=wanted, networks=networks))["changed"] is False


def networks_of(bench: Bench) -> list[dict[str, Any]]:
    rows = bench.control("GET", f"/{bench.platform}/networks")["networks"]
    return [row for row in rows if row["name"] == NETWORKS[bench.platform]]


@pytest.mark.usefixtures("catalog")
def test_the_cloud_checks_an_image_id_that_could_not_be_read(bench: Bench) -> None:
    networks = [{"network": row["id"]} for row in networks_of(bench)]
    wanted = "00000000-0000-4000-8000-000000000000"
    refused(bench.call("server", name="new-01", **kind(bench, image=wanted, networks=networks)), "image")


@pytest.mark.usefixtures("catalog")
def test_an_image_is_installed_by_its_id(bench: Bench) -> None:
    if bench.platform == "ustack":
        with nothing_done(bench):
            refused(bench.call("server_os", names=["web-01"], image=image_id(bench)), "no operation rebuild")
        return
    rows = bench.control("GET", f"/{bench.platform}/images")["images"]
    before = bench.server("web-01")["image"]["id"]
    wanted = next(row["id"] for row in rows if row["name"] != IMAGES[bench.platform] and row["id"] != before)
    done = bench.call("server_os", names=["web-01"], image=wanted)
    assert done["changed"] and not done.get("failed"), done
    assert bench.server("web-01")["image"]["id"] == wanted
    assert {row["name"] for row in bench.requests()} & {"list images", "show image"} == set()


@pytest.mark.usefixtures("catalog")
def test_errors_name_the_endpoint_that_is_missing(bench: Bench) -> None:
    networks = [{"network": row["id"]} for row in networks_of(bench)]
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("server", {"name": "new-01", **kind(bench, networks=networks)}),
        ("server_snapshot", {"names": ["web-01"], "name": "before"}),
        ("server_snapshot_info", {}),
    )
    for module, options in calls:
        with nothing_done(bench):
            text = refused(bench.call(module, **options), "image service is unknown", "endpoints.image")
        assert "project_id" not in text
    options = {"name": "new-01", **kind(bench, image=image_id(bench))}
    with nothing_done(bench):
        refused(bench.call("server", **options), "network service is unknown", "endpoints.network")


def test_with_the_endpoints_everything_works(bench: Bench, catalog: dict[str, str]) -> None:
    given = {"endpoints": {"image": catalog["image"], "network": catalog["network"]}}
    made = bench.call("server", name="new-01", **kind(bench), **given)
    assert made["changed"] and not made.get("failed"), made
    done = bench.call("server_snapshot", names=["new-01"], name="before", **given)
    assert done["snapshots"][0]["status"] == "active"
    listed = bench.call("server_snapshot_info", server_ids=[made["server"]["id"]], **given)
    assert [row["name"] for row in listed["snapshots"]] == ["before"]


def test_the_endpoints_of_the_environment_and_of_clouds_yaml(
    bench: Bench, catalog: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    options, bench.options = bench.options, {}
    entry = {
        "cloudserver_platform": bench.platform,
        "auth_type": "token",
        "auth": options["auth"],
        "compute_endpoint_override": options["endpoint"],
        "image_endpoint_override": catalog["image"],
    }
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"lab": entry}}))
    assert bench.call("server_snapshot_info", cloud="lab", uploaded=True)["snapshots"]
    monkeypatch.setenv("CLOUDSERVER_PLATFORM", bench.platform)
    monkeypatch.setenv("OS_TOKEN", options["auth"]["token"])
    monkeypatch.setenv("OS_PROJECT_ID", options["auth"]["project_id"])
    monkeypatch.setenv("OS_COMPUTE_ENDPOINT_OVERRIDE", options["endpoint"])
    monkeypatch.setenv("OS_IMAGE_ENDPOINT_OVERRIDE", catalog["image"])
    assert bench.call("server_snapshot_info", uploaded=True)["snapshots"]
