# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret of the options reaches a plan, wherever it is in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import approval

SPEC: dict[str, Any] = {
    "password": {"type": "str", "no_log": True},
    "files": {"type": "dict", "no_log": True},
    "note": {"type": "str"},
    "servers": {"type": "list", "elements": "dict",
                "options": {"name": {"type": "str"}, "password": {"type": "str", "no_log": True},
                            "login": {"type": "dict", "options": {"key": {"type": "str", "no_log": True}}}}},
}  # fmt: skip


def context(params: dict[str, Any], secrets: set[str]) -> Any:
    auth = SimpleNamespace(endpoint=lambda kind: "https://nova.example.com/", project_id="p")
    session = SimpleNamespace(auth=auth, clock=SimpleNamespace(now=lambda: datetime(2026, 11, 30, tzinfo=UTC)))
    return SimpleNamespace(
        params={**params, "return_plan": True}, check_mode=True, run_folder=None, module="server_fleet", spec=None,
        argument_spec=SPEC, selecting=(), message_secrets=lambda: secrets, warn=lambda words: None,
        cloud=SimpleNamespace(platform="openstack", region=None, session=session),
    )  # fmt: skip


@given(
    st.text(alphabet='abcXYZ-_!ß"\\', min_size=1, max_size=12), st.sampled_from(["name", "note", "after", "refusal"])
)
def test_no_secret_of_an_option_is_in_the_plan(text: str, place: str) -> None:
    """Nor where it is a part of something else, such as a message of the cloud."""
    secret = "S3CRET:" + text
    shown = {each: "of %s it" % secret if each == place else "plain" for each in ("name", "note", "after", "refusal")}
    params = {
        "password": secret, "files": {"/etc/key": secret}, "note": shown["note"],
        "servers": [{"name": shown["name"], "password": secret, "login": {"key": secret}}],
    }  # fmt: skip
    with mock.patch.object(approval, "_ROUNDS", 1):
        found = approval.Approval(context(params, {secret}))
        found.verdicts([
            PlannedChange("1", "a", ("update",), after={"metadata": {"n": shown["after"]}}),
            PlannedChange("2", "b", refusal=shown["refusal"]),
        ])  # fmt: skip
        plan = found.result()["plan"]
    task = plan["tasks"][0]
    assert set(task["options"]["password"]) == {"digest"} and task["changes"][0]["after"]["metadata"]
    for written in (json.dumps(plan), json.dumps(plan, ensure_ascii=False)):
        assert "S3CRET" not in written and json.dumps(secret, ensure_ascii=False)[1:-1] not in written
