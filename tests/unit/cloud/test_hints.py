# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hints depend on the message, and not only on its HTTP status."""

from __future__ import annotations

import json

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.hints import BY_CODE, BY_STATUS, is_quota

#: Messages of Nova, Neutron, Cinder and Glance with their status, and what the hint says.
QUOTAS = [
    (403, "Quota exceeded for instances: Requested 1, but already used 3 of 3 instances", "project's quota of servers"),
    (403, "Quota exceeded for cores, ram: Requested 2, 4096, but already used 19, 50000 of 20, 51200 cores, ram",
     "quota of CPUs and memory"),
    (403, "Quota exceeded for cores,instances: Requested 1,1, but already used 4,4 of 4,4 cores,instances",
     "quota of servers and CPUs"),
    (403, "Quota exceeded, too many key pairs.", "quota of key pairs of the user"),
    (403, "Quota exceeded, too many server groups.", "quota of server groups"),
    (403, "Quota exceeded, too many servers in group", "quota of servers in a server group"),
    (403, "Maximum number of ports exceeded", "quota of ports"),
    (403, "Maximum number of metadata items exceeds 128", "quota of metadata items of a server"),
    (403, "Personality file limit exceeded", "quota of files"),
    (403, "Volume resource quota exceeded", "quota of volumes"),
    (403, "Maximum number of floating IPs exceeded", "quota of floating addresses"),
    (409, "Quota exceeded for resources: ['port'].", "quota of ports"),
    (413, "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
     "quota of volumes"),
    (413, "Quota exceeded for instances", "quota of servers"),
    (403, "Quota exceeded", "A quota is used up"),
]  # fmt: skip


def error_of(status: int, message: str, key: str = "forbidden", **headers: str) -> errors.CloudError:
    return errors.from_answer(status, headers, json.dumps({key: {"code": status, "message": message}}), "create it")


@pytest.mark.parametrize(("status", "message", "part"), QUOTAS)
def test_a_quota_is_no_missing_role(status: int, message: str, part: str) -> None:
    hint = error_of(status, message).hint or ""
    assert is_quota(message) and part in hint and "raise the quota" in hint
    assert "role" not in hint and "task" not in hint


def test_a_quota_of_an_old_nova_is_not_sent_again() -> None:
    error = error_of(413, "Quota exceeded for instances", "overLimit", **{"Retry-After": "0"})
    assert error.__class__ is errors.BadRequest
    slow = error_of(413, "This request was rate-limited.", "overLimit", **{"Retry-After": "7"})
    assert slow.__class__ is errors.RateLimited


ZONE = "A host is in one availability zone"


@pytest.mark.parametrize(
    ("status", "message", "part"),
    [
        (403, "Policy doesn't allow os_compute_api:os-services:list to be performed.", "needs an administrator's role"),
        (403, "Policy doesn't allow os_compute_api:os-hypervisors:list-detail to be performed.", "administrator's"),
        (403, "Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed.", "administrator's"),
        (403, "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed.", "administrator's"),
        (403, "Policy doesn't allow compute:servers:create:requested_destination to be performed.", "administrator's"),
        (403, "Policy doesn't allow os_compute_api:servers:stop to be performed.", "Give the user a role"),
        (403, "You are not authorized to complete delete_image action.", "Give the user a role"),
        (409, "Cannot add host to aggregate 1. Reason: One or more host already in availability zone(s) ['z'].", ZONE),
        (400, "Cannot update aggregate 1. Reason: One or more hosts contain instances in this zone.", ZONE),
        (409, "Cannot add host to aggregate 1. Reason: The availability zone of the host would change to 'z' but the"
              " host already has 2 instance(s).", ZONE),
        (409, "Key pair 'k' already exists.", "The name or id is already in use"),
        (409, "Flavor with name f already exists.", "The name or id is already in use"),
        (409, "Instance 1 is locked", "unlock it"),
        (409, "Cannot 'stop' instance 1 while it is in task_state powering-off", "wait until it has ended"),
        (409, "Cannot 'stop' instance 1 while it is in vm_state error", "change its state"),
        (409, "Aggregate 1 already has host h.", "current state does not allow it"),
        (400, "The plain HTTP request was sent to HTTPS port", "write https://"),
        (404, "Keypair k not found for user u", "Check the id or name"),
    ],
)  # fmt: skip
def test_the_message_says_what_to_try(status: int, message: str, part: str) -> None:
    error = error_of(status, message, "itemNotFound" if status == 404 else "conflictingRequest")
    assert error.hint is not None and part in error.hint, error.hint
    assert "running task has ended" not in error.hint


@pytest.mark.parametrize("text", ["<html><h1>404 Not Found</h1></html>", "", "{}", '{"message": "Not Found"}'])
def test_a_404_of_something_in_between(text: str) -> None:
    error = errors.from_answer(404, {}, text, "show it")
    assert error.__class__ is errors.NotFound and errors.is_ambiguous(error)
    assert error.hint is not None and "does not come from the service" in error.hint and "endpoint" in error.hint


@pytest.mark.parametrize(
    "body",
    [
        {"itemNotFound": {"code": 404, "message": "Instance could not be found."}},
        {"error": {"code": "Ecs.0614", "message": "gone"}},
        {"error_code": "IMG.0027", "error_msg": "gone"},
        {"NeutronError": {"type": "NetworkNotFound", "message": "Network n could not be found.", "detail": ""}},
        {"message": "No image found with ID 1<br /><br />", "code": "404 Not Found", "title": "Not Found"},
    ],
)
def test_a_404_of_the_service_itself(body: dict[str, object]) -> None:
    error = errors.from_answer(404, {}, json.dumps(body), "show it")
    assert error.__class__ is errors.ItemNotFound and not errors.is_ambiguous(error)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 404, "message": "The requested URL was not found", "title": "Not Found"}},
        {"error_code": "APIGW.0101", "error_msg": "The API does not exist"},
        {"error_code": "APIG.0101", "error_msg": "The API does not exist"},
    ],
)
def test_a_404_of_another_service_and_of_the_gateway(body: dict[str, object]) -> None:
    assert errors.from_answer(404, {}, json.dumps(body), "show it").__class__ is errors.NotFound


@pytest.mark.parametrize("hint", [*BY_CODE.values(), *BY_STATUS.values()])
def test_hints_are_sentences(hint: str) -> None:
    assert hint[0].isupper() and hint.endswith(".") and "  " not in hint


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_refusal_without_a_code_may_come_from_in_between(status: int) -> None:
    assert errors.is_ambiguous(errors.from_answer(status, {}, "<h1>no</h1>", "ask"))
    assert not errors.is_ambiguous(error_of(status, "no"))


def test_a_service_that_cannot_do_it_has_not_done_it() -> None:
    assert not errors.is_ambiguous(error_of(501, "no", "notImplemented"))
    assert errors.is_ambiguous(error_of(500, "oops", "computeFault"))
