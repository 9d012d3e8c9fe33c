# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a rebuild: which servers need it, and secrets that are not shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import IMAGE_RECORD, RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import (
    RebuildOptions,
    needs_rebuild,
)
from ansible_collections.cloudserver.compute.tests.unit.execution.servers.rebuild_runs import NEW, WAYS, one, spec


@given(state=st.sampled_from(list(WAYS)), image=st.sampled_from(["old", "new", None]), wanted=st.booleans())
def test_only_servers_that_run_the_image_are_left_alone(state: str, image: str | None, wanted: bool) -> None:
    asked = RebuildOptions(RebuildSpec(image=NEW if wanted else None))
    assert needs_rebuild(one(state=state, image=Image(image)), asked) == (not wanted or image != "new")
    recorded = one(state=state, image=Image(), metadata={IMAGE_RECORD: "new"})
    assert needs_rebuild(recorded, asked) is not wanted


def test_secrets_are_in_no_repr() -> None:
    order = RebuildSpec(password="s3cret-word", user_data="czNjcmV0", image=NEW)
    assert "s3cret-word" not in repr(order) and "czNjcmV0" not in repr(spec()) + repr(RebuildOptions(order))
