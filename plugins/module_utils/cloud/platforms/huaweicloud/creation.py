# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates servers on Huawei Cloud ECS.

Sources: the vendor's pages "Creating an ECS" and "Request idempotency" (X-Client-Token: a UUID, valid for 8 hours; the
same token and body return the first result, another body Ecs.0122, an expired token Ecs.0124).

One call can create servers with the names ``web-0001`` and so on, but the order of their ids is not documented; names
of a task need one call each. Every call has its own token, so it is safe to send it again. If the task sets no token,
it is derived from the request, so several tasks that request the same server at the same time create only one. The
token of a server that was deleted since cannot be used again: the next generation is used.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    BUILT,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    CloudError,
    Conflict,
    InvalidResponse,
    PermissionDenied,
    ResponseLost,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import may_be_created
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import validation as rules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import HuaweiJobs
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.new_server import (
    request_body,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
    text,
    texts,
)

#: The UUID namespace of all client tokens.
_TOKENS = uuid.UUID("0b8d0f5c-6a0e-4a39-9d0c-7f4f1b7c2e55")
#: Seconds for which a derived token stays the same: half of its validity in the cloud, so that it does not expire while
#: it is in use. Two requests before and after such a boundary have different tokens.
_TOKEN_PERIOD = 4 * 3600
#: The maximum number of times that a server can be created and deleted again within one period.
_MAX_GENERATIONS = 100
_EXPIRED = "Ecs.0124"
#: The maximum number of attempts for a request whose response contains neither a job nor a server.
_MAX_TRIES = 3
#: If the job of a server ended within this number of seconds, the list may not contain the server yet, and is read
#: again after a pause.
_SHOWN_WITHIN, _PAUSE = 10.0, 1.0
#: Rounds of the key derivation: the body may contain a password, and the token in a log must not help to guess it.
_ROUNDS = 10000
#: Codes that apply to all servers with the same properties.
_FOR_ALL = (BadRequest, PermissionDenied, AuthenticationFailed)


class HuaweiCreation:
    """``POST /v1.1/{project}/cloudservers``. ``by_id`` reads servers by their ids."""

    def __init__(self, api: HuaweiApi, by_id: Callable[[Sequence[str]], Mapping[str, Server]]) -> None:
        self.api = api
        self._by_id = by_id
        self._jobs = HuaweiJobs(api)

    def create(self, new: NewServer, names: Sequence[str], client_token: str | None = None) -> list[CreatedServer]:
        """As ``Servers.create``."""
        self.api.require("create")
        seed = client_token or self._seed(new)
        made: dict[str, CreatedServer] = {}
        for name in names:
            problem = rules.name_problem(name)
            if problem:
                made[name] = CreatedServer(name, error=BadRequest("Could not create the server: %s." % problem))

        def create(name: str) -> CreatedServer:
            body = self._body(new, name)
            return self._ask_for(body, token_of(seed, name)) if client_token else self._create(body, seed)

        good = [name for name in names if name not in made]
        for name in good[:1]:
            made[name] = first = create(name)
            if isinstance(first.error, _FOR_ALL) and not first.outcome_unknown:
                made.update((each, replace(first, name=each)) for each in good)
        left = [name for name in good if name not in made]
        made.update(zip(left, in_parallel(create, left, self.api.parallel)))
        return [made[name] for name in names]

    def _body(self, new: NewServer, name: str) -> dict[str, Any]:
        body = request_body(new, name)
        project = self.api.enterprise_project_id
        if project and project != "all_granted_eps":
            body["extendparam"] = {"enterprise_project_id": project, **body.get("extendparam", {})}
        return body

    def _seed(self, new: NewServer) -> str:
        """The seed of derived tokens: the same for all tasks that request such servers in this period."""
        body = json.dumps(self._body(new, ""), sort_keys=True, default=str).encode()
        period = int(self.api.session.server_time().timestamp()) // _TOKEN_PERIOD
        salt = "%s/%d" % (self.api.session.auth.project_id, period)
        return hashlib.pbkdf2_hmac("sha256", body, salt.encode(), _ROUNDS).hex()

    def _create(self, body: dict[str, Any], seed: str) -> CreatedServer:
        """Sends the request with derived tokens until one is not used up. All tasks find the same token."""
        name = body["name"]
        for generation in range(_MAX_GENERATIONS):
            began = self.api.session.server_time()
            created = self._ask_for(body, token_of(seed, "%s/%d" % (name, generation)))
            expired = created.error is not None and created.error.code == _EXPIRED
            if not expired and not (created.pending and self._is_spent(created.pending, began)):
                return created
        error = Conflict(
            "Could not create the server %s: it was created and deleted %d times within %d hours"
            % (name, _MAX_GENERATIONS, _TOKEN_PERIOD // 3600),
            hint="Set another client_token.",
        )
        return CreatedServer(name, error=error)

    def _is_spent(self, pending: PendingAction, began: datetime) -> bool:
        """Whether the response belongs to an earlier request whose server no longer exists.

        ``began`` is a time just before the request, by the cloud's clock. If this cannot be read, the token is not
        treated as used up: the wait for the job reads it again.
        """
        try:
            job = self._jobs.get(pending.job_id) if pending.job_id else None
            if job is None or not job.finished:
                return False
            if job.status == JOB_FAILED and (_instant(job.begin_time) or began) >= began:
                # This request itself has already failed.
                return False
            ended = _instant(job.end_time)
            late = ended is not None and (self.api.session.server_time() - ended).total_seconds() < _SHOWN_WITHIN
            for again in (late, False):
                found = self._by_id([pending.server_id]).get(pending.server_id)
                if found is not None:
                    return found.is_deleted
                if again:
                    self.api.session.sleep(_PAUSE)
            return True
        except CloudError:
            return False

    def _ask_for(self, body: dict[str, Any], token: str) -> CreatedServer:
        name = body["name"]
        what = "create the server %s" % name
        created = CreatedServer(name)
        for _attempt in range(_MAX_TRIES):
            try:
                answer = self.api.session.post(
                    self.api.url("/cloudservers", "v1.1"),
                    json={"server": body},
                    headers={"X-Client-Token": token},
                    what=what,
                    # The same token and body return the first result.
                    is_retry_safe=True,
                )
            except CloudError as error:
                created = CreatedServer(name, error=error, outcome_unknown=may_be_created(error))
                if isinstance(error, InvalidResponse):
                    continue
                return created
            if any(text(mapping(answer.body).get(key)) for key in ("job_id", "order_id")):
                return self._accepted(name, answer)
            lost = ResponseLost("Could not %s: the response contains neither a job nor a server" % what)
            created = CreatedServer(name, error=lost, outcome_unknown=True)
        return created

    def _accepted(self, name: str, answer: Any) -> CreatedServer:
        body: Mapping[str, Any] = mapping(answer.body)
        job_id, order_id = text(body.get("job_id")), text(body.get("order_id"))
        server_id, why = next(iter(texts(body.get("serverIds"))), None), ""
        try:
            # If the response contains no server, the job may.
            parts = self._jobs.get(job_id).parts if job_id and not server_id else ()
            server_id = server_id or next((part.server_id for part in parts if part.server_id), None)
        except CloudError as error:
            why = ": " + error.message
        if not server_id:
            references = ", ".join("%s %s" % pair for pair in (("job", job_id), ("order", order_id)) if pair[1])
            lost = ResponseLost(
                "The cloud accepted the request to create the server %s (%s), but its id is unknown%s"
                % (name, references, why),
                request_id=answer.request_id,
            )
            return CreatedServer(name, error=lost, outcome_unknown=True)
        pending = PendingAction(
            server_id,
            "create",
            name,
            job_id=job_id,
            order_id=order_id,
            request_id=answer.request_id,
            expected_state=BUILT,
        )
        return CreatedServer(name, pending)


def token_of(seed: str, name: str) -> str:
    """The X-Client-Token of one server: a UUID that is the same whenever the task runs again with the same seed."""
    return str(uuid.uuid5(_TOKENS, "%s/%s" % (seed, name)))


def _instant(time: str | None) -> datetime | None:
    """A time of a job; ``None`` if it is not set yet."""
    try:
        return datetime.strptime(time or "", "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
