# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the response to each request that changes something, against its documented response.

A proxy, a login page or another service also respond with 200. So only the documented status and body are accepted.
After any other response the request may or may not have been carried out, which is an InvalidResponse: the state
decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    OTHER_SENDER,
    CloudError,
    InvalidResponse,
    ItemNotFound,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
)


@dataclass(frozen=True)
class DocumentedResponse:
    """The documented response of a success: its statuses, and the key and the type of the value in its body. Without a
    key the body is empty."""

    statuses: tuple[int, ...]
    key: str | None = None
    kind: type = dict

    def read(self, answer: Any, what: str, shows: Callable[[Any], bool] | None = None) -> Any:
        """The value in the body under the key, ``None`` for a response without a body.

        ``what`` is the operation as an infinitive. ``shows`` checks whether the value matches the request; members that
        were not in the request are ignored. Raises InvalidResponse.
        """
        problem: str | None = None
        found: Any = None
        if answer.status not in self.statuses:
            wanted = " or ".join(str(status) for status in self.statuses)
            problem = "the response is HTTP %d, and the documented success is %s" % (answer.status, wanted)
        elif self.key is None:
            problem = (
                "the response has a body, and the documented success has none"
                if answer.body not in (None, "")
                else None
            )
        else:
            found = mapping(answer.body).get(self.key)
            if not isinstance(found, self.kind):
                problem = "the response has no %s" % self.key
            elif shows is not None and not shows(found):
                problem = "the response shows another %s than requested" % self.key
        if problem:
            raise unproven(answer, what, problem)
        return found


#: The service has deleted the resource from its records before this response, or is about to.
DELETED = DocumentedResponse((202, 204))


def unproven(answer: Any, what: str, problem: str) -> InvalidResponse:
    """The error for a success that proves nothing."""
    return InvalidResponse(
        "Could not %s: %s" % (what, problem), status=answer.status, request_id=answer.request_id, hint=OTHER_SENDER
    )


def has(wanted: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Return a check that a mapping in a response has these values. ``None`` means a member that is null or missing."""
    return lambda found: all(found.get(key) == value for key, value in wanted.items())


def prove_deleted(send: Callable[[], Any], show: Callable[[], Any], what: str) -> None:
    """Sends a DELETE, and raises CloudError unless the deletion is proven.

    ``send`` sends the request and returns the response, ``show`` reads the resource at its own URL. The documented 202
    or 204 without a body proves the deletion, and so does the service's own 404. After another success the resource is
    read; this includes the 200 with an empty body that Nova returns for aggregates and extra specs, and that a proxy
    may return as well.
    """
    try:
        answer = send()
    except ItemNotFound:
        return
    if answer.status in DELETED.statuses and answer.body in (None, ""):
        return
    try:
        show()
    except ItemNotFound:
        return
    except CloudError as error:
        raise unproven(
            answer, what, "the response does not prove it, and reading it back failed: %s" % error.message
        ) from None
    raise unproven(answer, what, "the response was HTTP %d, and it still exists" % answer.status)
