# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server on Nova clouds: deletion, soft delete and restoring."""

from __future__ import annotations

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.nova_servers import BOTH, EVERY_NOVA, make

# -- the recycle bin ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_a_member_puts_servers_into_the_recycle_bin_and_takes_them_out(bench: Bench) -> None:
    gone = bench.call("server", names=["web-01", "web-02"], state="absent")
    assert not gone.get("failed") and bench.server("web-01")["vm_state"] == "soft-delete"
    with nothing_done(bench):
        assert bench.call("server", name="web-01", state="absent")["changed"] is False
        refused(bench.call("server", name="nobody", state="restored"), "no server in the list or in the recycle bin")
    back = bench.call("server", name="web-01", state="restored")
    assert back["server"]["status"] == "ACTIVE" and outcome(back, "web-01")["actions"] == ["restore"]
    with nothing_done(bench):
        assert bench.call("server", name="web-01", state="restored")["changed"] is False
    purged = bench.call("server", names=["web-01", "web-02"], state="purged")
    assert [each["actions"] for each in purged["outcomes"]] == [["purge"], ["purge"]] and not purged.get("failed")
    assert {bench.server(each["id"])["vm_state"] for each in purged["outcomes"]} == {"deleted"}
    with nothing_done(bench):
        assert bench.call("server", names=["web-01", "web-02"], state="purged")["changed"] is False


@EVERY_NOVA
def test_a_deletion_is_not_sent_twice(bench: Bench) -> None:
    delete = {"openstack": "E27", "easystack": "E27", "ustack": "U06"}[bench.platform]
    bench.fault(delete, reset="after", times=1)
    done = bench.call("server", name="web-01", state="absent")
    assert not done.get("failed"), done
    assert len(bench.requests(delete)) == 1


@EVERY_NOVA
def test_without_waiting(bench: Bench) -> None:
    made = make(bench, name="later", wait=False)
    assert made["changed"] and outcome(made, "later")["outcome"] == "pending"
    joined = bench.call("job_info", handle=made["handle"], wait=True)
    assert joined["finished"] and not joined.get("failed"), joined
    gone = bench.call("server", name="later", state="absent", wait=False)
    assert outcome(gone, "later")["outcome"] == "pending"
    joined = bench.call("job_info", handle=gone["handle"], wait=True)
    assert not joined.get("failed"), joined


@BOTH
def test_a_server_that_cannot_be_deleted_is_not_recreated(bench: Bench) -> None:
    result = make(bench, name="vault-01", image="ubuntu-24.04", recreate=True)
    refused(result, "is locked")
    assert len(bench.ids_of("vault-01")) == 1 and bench.server("vault-01")["vm_state"] == "active"


@EVERY_NOVA
@pytest.mark.parametrize("option", ["delete_volumes", "delete_public_ip"])
def test_what_nova_does_not_delete_with_a_server(bench: Bench, option: str) -> None:
    hints = {"delete_volumes": "delete_attached", "delete_public_ip": "release_public_ip"}
    with nothing_done(bench):
        # Plain Nova releases a floating IP address.
        if (option, bench.platform) != ("delete_public_ip", "openstack"):
            refused(bench.call("server", name="web-01", state="absent", **{option: True}), hints[option], "Use")
        refused(bench.call("server", name="web-01", **{option: True}), option + ": it needs state: absent or purged")


# -- plain Nova's recycle bin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_member_takes_a_server_out_of_the_bin_by_its_id(bench: Bench) -> None:
    """Nova shows what is in the bin by its id, and lists it for administrators only."""
    key = bench.id_of("web-01")
    bench.change("web-01", status="SOFT_DELETED")
    refused(bench.call("server", name="web-01", state="restored"), "only an administrator can list the recycle bin")
    done = bench.call("server", select={"ids": [key]}, state="restored")
    assert not done.get("failed") and outcome(done, "web-01")["actions"] == ["restore"]
    with nothing_done(bench):
        assert bench.call("server", select={"ids": [key]}, state="restored")["changed"] is False
        missing = bench.call("server", select={"ids": ["nothing"]}, state="restored")
        refused(missing, "no server has ids nothing")
    gone = bench.call("server", select={"ids": [key, "nothing"], "max_targets": 1}, state="purged")
    assert outcome(gone, "web-01")["actions"] == ["purge"] and gone["missing"] == {"ids": ["nothing"]}


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_a_server_that_is_being_deleted_is_waited_for(bench: Bench) -> None:
    bench.call("server", name="web-01", state="absent", wait=False)
    with nothing_done(bench):
        done = bench.call("server", name="web-01", state="absent")
    assert done["changed"] is False and bench.server("web-01")["vm_state"] == "soft-delete"


@BOTH
def test_a_deletion_that_another_client_began_is_permanent(bench: Bench) -> None:
    """The module does not make it worse, and says where the server stands."""
    bench.change("web-01", task_state="deleting", stuck=True)
    with nothing_done(bench):
        result = bench.call("server", name="web-01", state="absent", wait_timeout=20)
    says(result, "task deleting after 20 seconds")
    assert outcome(result, "web-01")["outcome"] == "unknown"
