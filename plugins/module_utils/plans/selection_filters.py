# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check of a platform's own filters. A cloud silently ignores filters that it does not know or that the user may
not use."""

from __future__ import annotations

from typing import Iterable, Iterator, Sequence, Tuple

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

Filters = Sequence[Tuple[str, str]]


def refuse_unchecked(rules: Rules, filters: Filters) -> None:
    """Raises InvalidRequest for filters that cannot be checked with the records."""
    unchecked = [name for name, _value in filters if name not in rules.filter_checks]
    if unchecked:
        raise InvalidRequest(
            "filters: the server records do not contain %s, so the result cannot be verified: a cloud ignores a"
            " filter that is unknown to it or not permitted to the user; set max_targets to the maximum number of"
            " servers that you expect" % " and ".join(unchecked)
        )


def matching(rules: Rules, filters: Filters, servers: Iterable[Server]) -> Iterator[Server]:
    """Return the servers that match every filter that can be checked. Raises InvalidRequest for a server whose record
    does not contain the field of a filter."""
    checks = [(name, value, rules.filter_checks[name]) for name, value in filters if name in rules.filter_checks]
    for server in servers:
        answers = [check(server, value) for _name, value, check in checks]
        if None in answers:
            name, value, _check = checks[answers.index(None)]
            raise InvalidRequest(
                "filters: the cloud does not show this user the %s of servers (%s for one), and ignores the filter"
                " %s=%s if the user is not permitted to use it; leave it out, or use the credentials of an"
                " administrator" % (name, server.label, name, value)
            )
        if all(answers):
            yield server
