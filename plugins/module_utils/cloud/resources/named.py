# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of resource clients whose ids and names the tasks of a run share."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.run_names import RunNames, run_names
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Api, Resource


class NamedResource(Resource):
    """A kind of resource with names.

    The result of another task never decides a change. Before a change, and for missing ids and names, the cloud is
    asked again.
    """

    #: The kind in the cache of the run.
    kind = ""

    @cached_property
    def _run_names(self) -> RunNames | None:
        return names_of_run(self.api, self.kind)

    def recall(self, key: str) -> Any:
        """The recent result of another task of the run; None if there is none."""
        return self._run_names.get(key, self.api.session.now()) if self._run_names else None

    def remember(self, key: str, value: Any) -> None:
        """Keep a result for the other tasks of the run."""
        if self._run_names:
            self._run_names.put(key, value, self.api.session.now())

    def forget(self) -> None:
        """Discard earlier results in the run, because this task changes such a resource."""
        if self._run_names:
            self._run_names.clear()


def names_of_run(api: Api, kind: str) -> RunNames | None:
    """The names that the tasks of the run share; None if they share none."""
    return run_names(api.session.settings, api.session.auth.identity(), kind)
