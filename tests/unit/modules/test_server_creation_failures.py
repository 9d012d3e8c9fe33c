# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server on Nova clouds: creations that fail, that do not end, or whose response is lost."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.nova_servers import CREATE, EVERY_NOVA, make

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.creation import NovaCreation


@EVERY_NOVA
@pytest.mark.parametrize("on_error", ["keep", "delete"])
def test_no_host_takes_it(bench: Bench, on_error: str) -> None:
    bench.fault(CREATE[bench.platform], fail_servers="all", reason="No valid host was found.", times=1)
    result = make(bench, name="lost", on_error=on_error)
    assert result["failed"] and result["changed"]
    rows = bench.control("GET", f"/{bench.platform}/servers/{outcome(result, 'lost')['id']}")
    left = rows["server"]["vm_state"] not in ("deleted", "soft-delete")
    assert left is (on_error == "keep")
    reported = "was kept" if left else "was deleted"
    says(result, "No valid host was found", "the broken server " + reported)
    assert outcome(result, "lost")["actions"] == (["create"] if left else ["create", "delete"])
    if not left:
        return
    refused(make(bench, name="lost"), "No valid host was found", "recreate: true")
    old = bench.id_of("lost")
    again = make(bench, name="lost", recreate=True)
    assert again["changed"] and not again.get("failed"), again
    assert again["server"]["id"] != old and outcome(again, "lost")["actions"] == ["delete", "create"]
    with nothing_done(bench):
        assert make(bench, name="lost", recreate=True)["changed"] is False


@EVERY_NOVA
def test_a_deletion_that_takes_long_does_not_hold_up_a_recreation_that_is_not_waited_for(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], fail_servers="all", reason="No valid host was found.", times=1)
    make(bench, name="lost")
    bench.control("PUT", "/delays", {"platform": bench.platform, "delete": 500})
    before = bench.clock.elapsed
    result = make(bench, name="lost", recreate=True, wait=False)
    assert bench.clock.elapsed - before <= 31 and not result.get("failed"), result
    found = outcome(result, "lost")
    assert (found["outcome"], found["actions"], found["remaining_actions"]) == ("pending", ["delete"], ["create"])
    bench.call("job_info", handle=result["handle"], wait=True)
    again = make(bench, name="lost", recreate=True)
    assert outcome(again, "lost")["actions"] == ["create"] and not again.get("failed")


@EVERY_NOVA
@pytest.mark.parametrize("count", [None, 2])
def test_a_creation_whose_response_is_lost_is_not_sent_again(bench: Bench, count: int | None) -> None:
    bench.fault(CREATE[bench.platform], reset="after", times=1)
    done = make(bench, name="lost", count=count)
    assert not done.get("failed"), done
    assert done["changed"]
    for name in ["lost"] if count is None else ["lost-1", "lost-2"]:
        assert len(bench.ids_of(name)) == 1


@EVERY_NOVA
def test_a_creation_that_never_arrived_is_not_known(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], reset="before", times=1)
    result = make(bench, name="lost")
    assert result["failed"] and outcome(result, "lost")["outcome"] == "unknown"
    says(result, "No server with this name exists, or it is not visible yet", "run the task again")
    assert len(bench.requests(CREATE[bench.platform])) == 1
    assert make(bench, name="lost")["changed"] and len(bench.ids_of("lost")) == 1


@EVERY_NOVA
def test_a_creation_that_does_not_end(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], stuck=True, times=1)
    result = make(bench, name="stuck", wait_timeout=30)
    assert result["failed"] and outcome(result, "stuck")["outcome"] == "unknown"
    says(result, "still in status BUILD, task spawning after 30 seconds")
    assert result["handle"]["pending_actions"][0]["action"] == "create"


@EVERY_NOVA
def test_a_lost_creation_that_no_listing_can_decide(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], reset="after", times=1)
    bench.fault("list", status=500, after=1, times=4)
    result = make(bench, name="lost")
    assert result["failed"] and outcome(result, "lost")["outcome"] == "unknown"
    assert len(bench.requests(CREATE[bench.platform])) == 1


@EVERY_NOVA
def test_a_lost_creation_and_another_clients_server_of_the_same_name(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], reset="after", times=1)
    result = _while_creating(bench, lambda: bench.control("POST", f"/{bench.platform}/servers", {"name": "lost"}))
    assert result["failed"] and outcome(result, "lost")["outcome"] == "unknown"
    says(result, "2 servers with this name exist now")


def _while_creating(bench: Bench, action: Any) -> dict[str, Any]:
    """Makes a server, and does something to the cloud before the response to it is lost."""
    done: list[bool] = []
    original = NovaCreation.create

    def create(self: Any, *given: Any) -> Any:
        answers = original(self, *given)
        action()
        done.append(True)
        return answers

    NovaCreation.create = create  # type: ignore[method-assign]
    try:
        return make(bench, name="lost")
    finally:
        NovaCreation.create = original  # type: ignore[method-assign]
        assert done


@EVERY_NOVA
def test_a_broken_server_that_cannot_be_deleted(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], fail_servers="all", reason="No valid host was found.", times=1)
    bench.fault("delete server", status=403, reason="Not yours.")
    result = make(bench, name="lost", on_error="delete")
    says(result, "No valid host was found; the broken server was kept, because it could not be deleted", "Not yours")
    assert outcome(result, "lost")["outcome"] == "failed" and bench.server("lost")["vm_state"] == "error"
