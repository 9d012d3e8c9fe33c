"""huaweicloud: IAM, lists, batch actions and their jobs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import operator
import uuid
from typing import Any

import pytest

BAD_LISTS = [
    ({"limit": "1001"}, "Ecs.0005"),
    ({"limit": "0"}, "Ecs.0005"),
    ({"limit": "x"}, "Ecs.0005"),
    ({"offset": "-1"}, "Ecs.0005"),
    ({"marker": "nobody"}, "Ecs.0005"),
    ({"name": "["}, "Ecs.0005"),
    ({"server_id": ",".join(str(number) for number in range(101))}, "Ecs.0005"),
]
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"name": "web.01"}, {"web-01"}),
    ({"tags": ["role=web", "env=demo"]}, {"web-01", "web-02", "web-03", "web-04"}),
    ({"tags": "_sys_type_hcss_x"}, {"cache-01"}),
    ({"tags": "env=demo", "not-tags": ["role=web", "role=db"]}, {"cache-01", "batch-01"}),
    ({"ip": "10.0.0.2"}, {"db-01", "db-02"}),
    ({"ip_eq": "10.0.0.2"}, set()),
    ({"ip_eq": "10.0.0.21"}, {"db-01"}),
    ({"ip": "203.0.113"}, set()),
    ({"flavor": "x1.2u.4g"}, {"cache-01"}),
    ({"status": "SHUTOFF"}, {"batch-01", "build-01"}),
    ({"enterprise_project_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}, {"cache-01"}),
]
BAD_ACTIONS = [
    ({}, 400, "Ecs.0005"),
    ([], 400, "Ecs.0005"),
    ({"os-start": None}, 400, "Ecs.0005"),
    ({"os-start": {"servers": []}}, 400, "Ecs.0005"),
    ({"os-start": {"servers": ["x"]}}, 400, "Ecs.0005"),
    ({"reboot": {"servers": [{"id": "x"}]}}, 400, "Ecs.0005"),
    ({"os-stop": {"type": "SLOW", "servers": [{"id": "x"}]}}, 400, "Ecs.0005"),
    ({"os-start": {"servers": [{"id": "x"}]}, "os-stop": {"servers": [{"id": "x"}]}}, 400, "Ecs.0005"),
    ({"os-start": {"servers": [{"id": "x"}]}}, 404, "Ecs.0114"),
    ({"os-start": {"servers": [{"id": str(number)} for number in range(1001)]}}, 400, "Ecs.0118"),
    ({"new_password": "x", "servers": [{"id": "x"}]}, 400, "Ecs.0005"),
]


def job(cloud: Any, response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return dict(cloud.get("/jobs/" + response.json["job_id"]).json)


def test_a_batch_is_a_job_that_moves_from_init_to_success(huaweicloud: Any) -> None:
    ids = [huaweicloud.id("web-0%d" % number) for number in (1, 2, 3)]
    response = huaweicloud.post("/cloudservers/action", {"os-stop": {"servers": [{"id": one} for one in ids]}})
    first = job(huaweicloud, response)
    assert (first["status"], first["end_time"], first["entities"]["sub_jobs_total"]) == ("INIT", "", 3)
    assert "error_code" not in first and "fail_reason" not in first["entities"]["sub_jobs"][0]
    assert huaweicloud.status("web-01") == ("ACTIVE", "powering-off")
    huaweicloud.pass_time(0.1)
    assert job(huaweicloud, response)["status"] == "RUNNING"
    huaweicloud.pass_time(0.2)
    last = job(huaweicloud, response)
    assert (last["status"], last["error_code"], last["job_type"]) == ("SUCCESS", None, "serversAction")
    assert [sub["entities"]["server_id"] for sub in last["entities"]["sub_jobs"]] == ids
    assert last["end_time"] > last["begin_time"]
    assert huaweicloud.status("web-01") == ("SHUTOFF", None)
    assert [row["operation"] for row in huaweicloud.log(operation="H05")] == ["H05"]


def test_locked_and_busy_servers_fail_in_their_sub_jobs(huaweicloud: Any) -> None:
    huaweicloud.act("web-02", {"reboot": {"type": "SOFT"}})
    names = ("web-01", "web-02", "vault-01", "broken-01", "batch-01")
    servers = [{"id": huaweicloud.id(name)} for name in names]
    response = huaweicloud.post("/cloudservers/action", {"os-stop": {"type": "HARD", "servers": servers}})
    huaweicloud.pass_time(1)
    document = job(huaweicloud, response)
    assert document["status"] == "FAIL"
    codes = {sub["entities"]["server_id"]: sub["error_code"] for sub in document["entities"]["sub_jobs"]}
    assert [codes[huaweicloud.id(name)] for name in names] == [None, "Ecs.0603", "Ecs.0605", "Ecs.0100", None]
    assert huaweicloud.status("vault-01") == ("ACTIVE", None)


@pytest.mark.parametrize(
    ("options", "name", "body", "status", "code"),
    [
        ({"already": "error"}, "web-01", {"os-start": {}}, 400, "Ecs.0100"),
        ({"already": "error"}, "batch-01", {"os-stop": {}}, 400, "Ecs.0100"),
        ({"locked": "request"}, "vault-01", {"os-stop": {}}, 400, "Ecs.0605"),
    ],
)
def test_a_whole_request_can_be_refused(
    huaweicloud: Any, options: dict[str, str], name: str, body: dict[str, Any], status: int, code: str
) -> None:
    assert huaweicloud.client.put("/_sim/huaweicloud/options", json=options).status_code == 200
    response = huaweicloud.act(name, body)
    assert (response.status_code, response.json["error"]["code"]) == (status, code)


@pytest.mark.parametrize(("body", "status", "code"), BAD_ACTIONS)
def test_bad_batches_are_refused(huaweicloud: Any, body: Any, status: int, code: str) -> None:
    response = huaweicloud.post("/cloudservers/action", body)
    assert (response.status_code, response.json["error"]["code"]) == (status, code)


def test_unknown_and_old_jobs(huaweicloud: Any) -> None:
    assert huaweicloud.get("/jobs/not-an-id").json["code"] == "Common.0011"
    assert huaweicloud.get("/jobs/not-an-id").status_code == 400
    assert huaweicloud.get("/jobs/" + uuid.uuid4().hex).status_code == 404
    response = huaweicloud.act("web-01", {"os-stop": {}})
    huaweicloud.pass_time(86300)
    huaweicloud._tokens.clear()
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    huaweicloud.pass_time(200)
    assert huaweicloud.get("/jobs/" + response.json["job_id"]).status_code == 404


@pytest.mark.parametrize(("query", "code"), BAD_LISTS)
def test_bad_lists_are_refused(huaweicloud: Any, query: dict[str, str], code: str) -> None:
    response = huaweicloud.get("/cloudservers/detail", query_string=query)
    assert (response.status_code, response.json["error"]["code"]) == (400, code)


@pytest.mark.parametrize(("query", "names"), FILTERS)
def test_filters(huaweicloud: Any, query: dict[str, Any], names: set[str]) -> None:
    assert set(huaweicloud.names(**query)) == names


def test_offset_is_a_page_number_and_count_the_total(huaweicloud: Any) -> None:
    total = huaweicloud.names(limit="1000")
    pages = [huaweicloud.names(limit="5", offset=number) for number in ("0", "1", "2", "3", "4")]
    assert pages[0] == pages[1]
    assert (functools.reduce(operator.iadd, pages[1:], []), len(total)) == (total, 14)
    document = huaweicloud.get("/cloudservers/detail", query_string={"limit": "5", "offset": "9"}).json
    assert (document["servers"], document["count"]) == ([], 14)
    last = huaweicloud.get("/cloudservers/detail", query_string={"limit": "5"}).json["servers"][-1]["id"]
    assert huaweicloud.names(limit="5", marker=last) == pages[2]


def test_pages_are_25_long_unless_asked_otherwise(huaweicloud: Any) -> None:
    for number in range(20):
        huaweicloud.client.post("/_sim/huaweicloud/servers", json={"name": "more-%d" % number})
    assert len(huaweicloud.names()) == 25


@pytest.mark.parametrize("joined", [True, False])
def test_ids_override_other_filters_and_unknown_ones_are_null_records(huaweicloud: Any, joined: bool) -> None:
    ids = [huaweicloud.id("web-01"), "11111111-2222-3333-4444-555555555555"]
    rows = huaweicloud.get(
        "/cloudservers/detail", query_string={"server_id": ",".join(ids) if joined else ids, "name": "db"}
    ).json["servers"]
    assert [row["name"] for row in rows] == ["web-01", None]
    assert {key for key, value in rows[1].items() if value is not None} == {"id", "fault"}


def test_the_status_filter_also_finds_servers_in_between(huaweicloud: Any) -> None:
    huaweicloud.act("web-01", {"reboot": {"type": "HARD"}})
    assert huaweicloud.show("web-01")["status"] == "HARD_REBOOT"
    assert "web-01" in huaweicloud.names(status="ACTIVE")
    assert huaweicloud.get("/cloudservers/detail", query_string={"status": "DELETED"}).status_code == 403


def test_records_have_the_vendors_types(huaweicloud: Any) -> None:
    shown = huaweicloud.show("web-01")
    assert shown["flavor"]["vcpus"] == "1" and shown["flavor"]["ram"] == "1024"
    ((vpc, rows),) = shown["addresses"].items()
    assert uuid.UUID(vpc) and shown["metadata"]["vpc_id"] == vpc
    assert [(row["version"], row["OS-EXT-IPS:type"]) for row in rows] == [("4", "fixed"), ("4", "floating")]
    assert "_sys_type_hcss_x" in huaweicloud.show("cache-01")["tags"]
    twins = huaweicloud.get("/cloudservers/detail", query_string={"name": "twin"}).json["servers"]
    assert [row["tags"] for row in twins] == [None, ["role=twin"]]


def test_unknown_servers_paths_methods_and_projects(huaweicloud: Any) -> None:
    assert huaweicloud.get("/cloudservers/nobody").json["error"]["code"] == "Ecs.0114"
    for method, path in (("GET", "/cloudservers/action/x/y"), ("DELETE", "/cloudservers/action")):
        response = huaweicloud.request(method, path)
        assert (response.status_code, response.json["error_code"]) == (404, "APIGW.0101")
    foreign = huaweicloud.client.get(
        "/v1/%s/cloudservers/detail" % ("0" * 32), headers={"X-Auth-Token": huaweicloud.token()}
    )
    assert (foreign.status_code, foreign.json["error"]["code"]) == (400, "Ecs.0023")
    for headers in ({}, {"X-Auth-Token": "nonsense"}):
        response = huaweicloud.client.get(huaweicloud.root + "/cloudservers/detail", headers=headers)
        assert (response.status_code, response.json["error_code"]) == (401, "APIGW.0301")


def test_iam_tokens(huaweicloud: Any) -> None:
    body = huaweicloud.password_body("operator")
    response = huaweicloud.client.post("/v3/auth/tokens?nocatalog=true", json=body)
    assert (response.status_code, response.json["token"]["project"]["id"]) == (201, huaweicloud.project_id)
    assert response.json["token"]["catalog"] == []
    assert huaweicloud.log()[-1]["operation"] == "H10"
    wrong = huaweicloud.client.post("/v3/auth/tokens", json=huaweicloud.password_body("operator", password="wrong"))
    assert (wrong.status_code, wrong.json["error"]["code"]) == (401, 401)
    for project, status in (("nowhere", 401), ("cn-ambiguous-1", 400)):
        body = huaweicloud.password_body("operator", project=project)
        refused = huaweicloud.client.post("/v3/auth/tokens", json=body)
        assert refused.status_code == status
    assert huaweicloud.client.post("/v3/auth/tokens", json={"auth": {}}).status_code == 400
    huaweicloud.token()
    huaweicloud.pass_time(86401)
    assert huaweicloud.get("/cloudservers/detail").status_code == 401


@pytest.mark.parametrize(("name", "count"), [("cn-north-4", 1), ("cn-ambiguous-1", 2), ("cn-none-1", 0)])
def test_projects_by_name(huaweicloud: Any, name: str, count: int) -> None:
    response = huaweicloud.client.get(
        "/v3/projects", query_string={"name": name}, headers={"X-Auth-Token": huaweicloud.token()}
    )
    assert len(response.json["projects"]) == count


def test_servers_are_locked_the_nova_way(huaweicloud: Any) -> None:
    def ask(name: str, body: Any) -> Any:
        path = "/v2.1/%s/servers/%s/action" % (huaweicloud.project_id, name)
        return huaweicloud.client.post(path, json=body, headers={"X-Auth-Token": huaweicloud.token()})

    server = huaweicloud.id("vault-01")
    assert ask(server, {"unlock": None}).status_code == 202
    assert huaweicloud.show("vault-01")["locked"] is False
    assert ask(server, {"lock": None}).status_code == 202
    assert huaweicloud.show("vault-01")["locked"] is True
    assert ask(server, {"os-fly": None}).status_code == 400
    assert ask("nobody", {"lock": None}).status_code == 404
