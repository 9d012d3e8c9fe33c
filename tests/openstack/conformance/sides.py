"""The two clouds that are compared: the simulator's openstack dialect and the real OpenStack, with the same servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from cases import Step
from estate import Estate
from lab import SERVICES, LabError, connect
from people import people_of
from servers import FROM_ACTIVE, TO_ACTIVE

from simulator.keystone.factors import passcode
from simulator.keystone.scopes import trust_id
from simulator.state.config import load
from simulator.state.ids import hex_id

#: Headers whose values a client reads, and those that it needs to be there.
VALUES = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version", "Vary")
PRESENT = ("x-compute-request-id", "X-Openstack-Request-Id", "WWW-Authenticate", "Location", "X-Subject-Token")
SETTLE_SECONDS = 60.0
_PLATFORM = load()["platforms"]["openstack"]
_USERS = {row["name"]: row for row in _PLATFORM["users"]}
_SEED = _USERS["guarded"]["totp"]
_LISTER = next(row for row in _PLATFORM["application_credentials"] if row["name"] == "lister")
#: The simulator shows one that is being detached as in use.
VOLUME_SECONDS = 0.5


@dataclass
class Side:
    """One cloud. ``words`` fill the {words} of a case: names of users, ids of servers, flavors and images."""

    name: str
    urls: dict[str, str]
    words: dict[str, str]
    reset: Callable[[], None]
    #: Called with the side, a server's id, its status and the one that it is to have.
    force: Callable[[Side, str, str, str], None]
    #: The volumes that are there: id, name, status.
    volumes: Callable[[], list[dict[str, Any]]]
    session: requests.Session = field(default_factory=connect)
    tokens: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Put the cloud back to its start, and learn the ids that are valid from now on."""
        self.reset()
        self.tokens.clear()
        for kind, path, key in (("server", "/servers", "servers"), ("flavor", "/flavors", "flavors")):
            for row in self.send("GET", path, "admin", "2.96").json()[key]:
                self.words["%s.%s" % (kind, row["name"])] = row["id"]
        images = self.send("GET", "image:/v2/images?limit=1000", "admin", "").json()["images"]
        for row in images:
            self.words["image." + row["name"]] = row["id"]
        for row in self.volumes():
            self.words["volume." + row["name"]] = row["id"]
        self.token("demo")

    def token(self, who: str) -> str:
        """A token of that person; ``project`` of one without any is left out."""
        if who not in self.tokens:
            user, password, project = (self.words["%s.%s" % (who, part)] for part in ("user", "password", "project"))
            auth: dict[str, Any] = {
                "identity": {
                    "methods": ["password"],
                    "password": {"user": {"name": user, "domain": {"id": "default"}, "password": password}},
                }
            }
            if project:
                auth["scope"] = {"project": {"name": project, "domain": {"id": "default"}}}
            answer = self.session.post(self.urls["identity"] + "/v3/auth/tokens", json={"auth": auth}, timeout=60)
            self.tokens[who] = answer.headers["X-Subject-Token"]
            self.words[who + ".token"] = self.tokens[who]
        return self.tokens[who]

    def send(
        self,
        method: str,
        path: str,
        who: str,
        microversion: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        service, _colon, rest = ("compute:/v2.1" + path if path.startswith("/") else path).partition(":")
        sent = {"OpenStack-API-Version": "compute " + microversion, "X-OpenStack-Nova-API-Version": microversion}
        if not microversion or service != "compute":
            sent = {}
        if who == "nonsense":
            sent["X-Auth-Token"] = "nonsense"
        elif who != "nobody":
            sent["X-Auth-Token"] = self.token(who)
        sent.update(headers or {})
        data = {"data": body} if isinstance(body, str) else {"json": body} if body is not None else {}
        if isinstance(body, str):
            sent.setdefault("Content-Type", "application/json")
        return self.session.request(
            method, self.urls[service] + rest, headers=sent, timeout=120, allow_redirects=False, **data
        )

    def filled(self, value: Any) -> Any:
        """The same with every {word} replaced. Raises KeyError for one that the cloud has not."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, str):
            return re.sub(r"\{([\w.+-]+)\}", lambda found: self._word(found.group(1)), value)
        return value

    def _word(self, word: str) -> str:
        """A one-time password is that of the moment."""
        return passcode(_SEED, time.time()) if word == "guarded.passcode" else self.words[word]

    def take(self, step: Step, microversion: str) -> dict[str, Any]:
        """Take the step; what is to be compared of it: status, headers, document, names, values, state."""
        method, path = self.filled(step.call).split(" ", 1)
        answer = self.send(method, path, step.who, microversion, self.filled(step.body), self.filled(step.headers))
        try:
            document = answer.json() if answer.content else None
        except ValueError:
            document = "(%s)" % answer.headers.get("Content-Type", "").partition(";")[0]
        seen: dict[str, Any] = {
            "status": answer.status_code,
            "document": document,
            "headers": {
                **{name: answer.headers.get(name) for name in VALUES},
                **{name: name in answer.headers for name in PRESENT},
                "Content-Type": answer.headers.get("Content-Type", "").partition(";")[0] if answer.content else None,
            },
        }
        if step.names and isinstance(document, dict):
            names = [_name(row) for row in _at(document, step.names) or []]
            seen["names"] = names if step.ordered else sorted(names)
        seen["values"] = {path: _at(document, path) for path in step.values}
        for word, where in step.keep.items():
            self.words[word] = str(_at(document, where))
        if step.settle:
            seen["state"] = self.settled(self.words["server." + step.settle])
        if step.rests:
            seen["state"] = {"volume": self.rested(step.rests)}
        return seen

    def rested(self, volume: str) -> str:
        """The volume's status once it is the same for a while."""
        before, since = "", time.monotonic()
        end = since + SETTLE_SECONDS
        while time.monotonic() < end:
            now = next((str(row["status"]) for row in self.volumes() if row["name"] == volume), "gone")
            if now != before or now.endswith("ing") or now == "reserved":
                before, since = now, time.monotonic()
            elif time.monotonic() - since > VOLUME_SECONDS:
                return now
            time.sleep(0.1)
        return before

    def settled(self, server_id: str) -> dict[str, Any]:
        """The server's states once it is busy with nothing.

        Looked at twice: at the end of a rebuild Nova shows one that was stopped as running before it stops it.
        """
        end = time.monotonic() + SETTLE_SECONDS
        before: dict[str, Any] = {}
        while True:
            answer = self.send("GET", "/servers/" + server_id, "admin", "2.96")
            if answer.status_code == 404:
                return {"status": "gone"}
            row = answer.json()["server"]
            seen = {
                "status": row["status"],
                "task_state": row["OS-EXT-STS:task_state"],
                "vm_state": row["OS-EXT-STS:vm_state"],
                "power_state": row["OS-EXT-STS:power_state"],
            }
            rests = seen["task_state"] is None and seen["status"] != "BUILD"
            if (rests and seen == before) or time.monotonic() > end:
                return seen
            before = seen
            time.sleep(0.2)

    def lead(self, server: str, status: str) -> None:
        """Lead a server to a status by its administrator, where it has another one."""
        server_id = self.words["server." + server]
        now = self.settled(server_id)["status"]
        if now != status:
            self.force(self, server_id, now, status)
            self.settled(server_id)


def by_actions(side: Side, server_id: str, now: str, status: str) -> None:
    """By way of ACTIVE. Raises LabError where the cloud refuses."""
    way = [TO_ACTIVE[now]] if now != "ACTIVE" else []
    error = {"ERROR": {"os-resetState": {"state": "error"}}}
    for body in way + ([{**FROM_ACTIVE, **error}[status]] if status != "ACTIVE" else []):
        answer = side.send("POST", "/servers/%s/action" % server_id, "admin", "2.96", body)
        if answer.status_code >= 400:
            raise LabError("%s: %s" % (json.dumps(body), answer.text[:200]))
        side.settled(server_id)


def _name(row: dict[str, Any]) -> str:
    inner = row if len(row) != 1 else next(iter(row.values()))
    return str(inner.get("name") or inner.get("zoneName") or inner.get("action") or inner.get("key"))


def _at(document: Any, path: str) -> Any:
    """What is at a path such as ``server.tags`` or ``servers.0.id``; None where there is nothing."""
    for part in path.split("."):
        if isinstance(document, list) and part.lstrip("-").isdigit() and -len(document) <= int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, dict):
            document = document.get(part)
        else:
            return None
    return document


def real(estate: Estate) -> Side:
    """The lab, asked directly, with a reader and a stranger besides the estate's user."""
    foundation = estate.foundation
    words = {"project_id": foundation.user.project_id, "user_id": foundation.user.user_id}
    people = {
        "demo": (foundation.name, foundation.password, foundation.name),
        "admin": ("admin", foundation.root.auth["identity"]["password"]["user"]["password"], foundation.name),
        "reader": (*foundation.person("reader"), foundation.name),
        "outsider": (*foundation.person(""), ""),
    }
    credential = foundation.application_credential()
    words.update({"credential.id": credential["id"], "credential.secret": credential["secret"]})
    words.update(people_of(foundation, _SEED, _LISTER["access_rules"]))
    return Side("real", SERVICES, {**words, **_words(people)}, estate.restore, by_actions, estate.storage.described)


def simulated(ready: dict[str, Any], control: Callable[[str, str, Any], Any]) -> Side:
    """The simulator's openstack dialect; ``control`` asks its control side: method, path, body."""
    root = ready["url"] + "/openstack/"
    known = ready["credentials"]["openstack"]
    people = {
        name: (known[name]["auth"]["username"], known[name]["auth"]["password"], "demo")
        for name in ("demo", "admin", "reader")
    }
    outsider = known["outsider"]["auth"]
    people["outsider"] = (outsider["username"], outsider["password"], "")
    by_id = known["application_credential"]["auth"]
    words = {
        "credential.id": by_id["application_credential_id"],
        "credential.secret": by_id["application_credential_secret"],
    }
    for name in ("guarded", "overseer"):
        words.update({name + ".user": name, name + ".password": _USERS[name]["password"]})
    words.update(
        {
            "trust.id": trust_id("openstack", _PLATFORM["trusts"][0]),
            "lister.id": hex_id("openstack", "application credential", "lister"),
            "lister.secret": _LISTER["secret"],
        }
    )
    urls = {name: root + name for name in ("identity", "compute", "image")}

    def force(side: Side, server_id: str, now: str, status: str) -> None:
        if "ERROR" in (now, status):
            by_actions(side, server_id, now, status)
            return
        control("PUT", "/openstack/servers/" + server_id, {"status": status})

    def volumes() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = control("GET", "/openstack/volumes", None)["volumes"]
        return rows

    words.update(_words(people))
    side = Side("simulator", urls, words, lambda: control("POST", "/reset", {}), force, volumes)
    token = side.session.get(
        root + "identity/v3/auth/tokens",
        headers={"X-Auth-Token": side.token("demo"), "X-Subject-Token": side.token("demo")},
        timeout=30,
    ).json()["token"]
    side.words.update(project_id=token["project"]["id"], user_id=token["user"]["id"])
    return side


def _words(people: dict[str, tuple[str, str, str]]) -> dict[str, str]:
    return {
        "%s.%s" % (who, part): value
        for who, values in people.items()
        for part, value in zip(("user", "password", "project"), values, strict=True)
    }
