# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request to a Nova cloud: its URL, its microversion, its headers, and the check of its response. Sources: the Nova
API reference; behaviour of a real Nova 34."""

from __future__ import annotations

import re
from typing import Any, Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    prove_deleted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    part_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import (
    Version,
    newest_version,
    parse_version,
    split_endpoint,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Api
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules


class NovaApi(Api):
    """The compute service, found through Keystone's catalog."""

    #: The unit of the swap of a flavor, in MiB.
    swap_unit_mb = 1

    def __init__(
        self,
        session: Session,
        rules: Rules,
        parallel: int = 8,
        region: str | None = None,
        newest_tested: Version = (2, 1),
    ) -> None:
        super().__init__(session, rules, parallel, region)
        self._newest_tested = newest_tested
        self._version: Version | None = None

    @property
    def endpoint(self) -> str:
        """The compute endpoint, without a trailing slash; with or without the id of the project."""
        found = str(self.session.auth.endpoint("compute"))
        return found if split_endpoint(found)[0] else found + "/v2.1"

    @property
    def image_endpoint(self) -> str:
        """The endpoint of the image service with its version, without a trailing slash."""
        base = str(self.session.auth.endpoint("image"))
        return base if re.search(r"/v2(\.\d+)?$", base) else base + "/v2"

    @property
    def version(self) -> Version:
        """The highest microversion that both sides support, (2, 1) if the cloud has none; read once."""
        if self._version is None:
            self._version = min(self._newest_of_cloud(), self._newest_tested)
        return self._version

    def _newest_of_cloud(self) -> Version:
        if not self.supports("microversions"):
            return (2, 1)
        endpoint = self.endpoint
        fact, auth = "microversion " + endpoint, self.session.auth
        known = parse_version(auth.get_fact(fact))
        if known:
            return known
        with auth.finding_fact(fact):
            # Another task of the run may have found it meanwhile.
            known = parse_version(auth.get_fact(fact))
            if known:
                return known
            version, is_certain = newest_version(self.session, endpoint)
            if is_certain:
                auth.set_fact(fact, "%d.%d" % version)
            return version

    def headers(self, version: Version | None = None) -> dict[str, str]:
        """The headers that request a microversion, in both forms: clouds before 2.27 only support the second one."""
        if not self.supports("microversions"):
            return {}
        text = "%d.%d" % (version or self.version)
        return {"OpenStack-API-Version": "compute " + text, "X-OpenStack-Nova-API-Version": text}

    # -- reading -----------------------------------------------------------------------------------------------

    def read(self, path: str, what: str, version: Version | None = None, query: Any = None) -> Any:
        """The body of the response to a GET, ``None`` for an empty one."""
        return self._send("GET", path, what, None, version, query).body

    def read_part(self, path: str, key: str, what: str, kind: type = dict, query: Any = None) -> Any:
        """The value under the key in the response to a GET. Raises InvalidResponse for an unexpected type."""
        return part_of(self.read(path, what, query=query), key, what, kind)

    # -- changing ----------------------------------------------------------------------------------------------

    def change(
        self,
        method: str,
        path: str,
        what: str,
        body: Any,
        form: DocumentedResponse,
        shows: Callable[[Any], bool] | None = None,
        version: Version | None = None,
    ) -> Any:
        """Submits a change; returns the value in the response. Raises CloudError, or InvalidResponse if the response
        proves nothing. ``form`` is the documented response; ``shows`` checks whether its value matches the request."""
        return form.read(self._send(method, path, what, body, version), what, shows)

    def remove(self, path: str, what: str, query: Any = None) -> None:
        """Deletes the resource at the path. Raises CloudError unless the deletion is proven."""
        prove_deleted(
            lambda: self._send("DELETE", path, what, query=query),
            lambda: self._send("GET", path, what, query=query),
            what,
        )

    def _send(
        self, method: str, path: str, what: str, body: Any = None, version: Version | None = None, query: Any = None
    ) -> Any:
        expect = "json" if method == "GET" else "any"
        url, headers = self.endpoint + path, self.headers(version)
        return self.session.request(method, url, json=body, params=query, headers=headers, what=what, expect=expect)
