# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an argument spec calls secret is in no output, however a cloud or a mistake of ours quotes it; both ways to run.

Every module is run with every one of its options that have ``no_log``. What it does then is replaced: a request that
carries the secret, and a response that quotes it.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modules import huaweicloud_servers as huawei
from modules import nova_servers as nova
from modules.bench import MODULES, Bench, run_action
from modules.test_in_process import run_shipped

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.printable import printable
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import Context, Result

PLUGINS = "ansible_collections.cloudserver.compute.plugins.modules."
LINE = "k8s-join-%02d: Zx9Qw7Lm3Kp1Vb5Nc8 Rt2Yh6Jd4"
SECRET = "#!/bin/sh\n" + "\n".join(LINE % number for number in range(40)) + '\n"quoted" \\ <tag> & ö 密码\n'
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json, not ascii": lambda text: json.dumps(text, ensure_ascii=False),
    "json in json": lambda text: json.dumps(json.dumps(text)),
    "repr": repr,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "url": quote,
    "html": html.escape,
    "one line": lambda text: " ".join(text.split()),
    "lines": lambda text: "; ".join(repr(line) for line in text.splitlines()),
    "beginning": lambda text: text[: len(text) * 2 // 3] + "...",
    "base64, middle": lambda text: base64.b64encode(text.encode()).decode()[7:-9],
    "repr, end": lambda text: repr(text)[len(text) // 3 :],
}


def secret_options(spec: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """(path, type) of each option that is secret."""
    for name, option in spec.items():
        if option.get("no_log"):
            yield (*place, name), option.get("type", "str")
        yield from secret_options(option.get("options") or {}, (*place, name))


def arguments(path: tuple[str, ...], kind: str, secret: str, url: str) -> dict[str, Any]:
    auth = {"auth_url": url, "username": "ops", "password": "pw-of-nobody", "project_name": "demo"}
    given: dict[str, Any] = {"platform": "openstack", "region": "RegionOne", "auth": auth}
    if path[0] != "auth" and len(path) == 2:
        return {**given, path[0]: {path[1]: secret}}
    if path[0] != "auth":
        return {**given, path[0]: {"a key": secret} if kind == "dict" else secret}
    leaf = path[1]
    if leaf in ("secret_key", "security_token"):
        keys = {"access_key": "AK", "secret_key": "sk-of-nobody", "project_id": "p", leaf: secret}
        return {**given, "platform": "huaweicloud", "auth": keys}
    if leaf == "token":
        return {**given, "auth": {"auth_url": url, "project_name": "demo", leaf: secret}}
    if leaf == "application_credential_secret":
        return {**given, "auth": {"auth_url": url, "application_credential_id": "c", leaf: secret}}
    if leaf == "passcode":
        return {**given, "auth": {"auth_url": url, "username": "ops", "project_name": "demo", leaf: secret}}
    if leaf != "password":
        # keystoneauth1 logs in with these, or says that the plugin has no such option.
        login = {"auth_type": "v3oidcpassword", "identity_provider": "company", "protocol": "openid", "client_id": "c"}
        return {**given, "auth": {**auth, **login, "access_token_endpoint": url, leaf: secret}}
    return {**given, "auth": {**auth, leaf: secret}}


def quoting(url: str, secret: str, quoted: str, way: str) -> Callable[[Context], Result]:
    """Replaces a module's run: the quoted secret reaches it in one of the possible ways."""

    def run(context: Context) -> Result:
        cloud = context.cloud
        context.warn("a warning of " + quoted)
        context.report_progress("progress of " + quoted)
        if way == "plan":
            raise InvalidRequest("an option: %s cannot be" % quoted)
        if way == "mistake":
            raise RuntimeError(quoted)
        held = base64.b64encode(secret.encode("utf-8")).decode()
        try:
            cloud.session.post(url + "/x", json={"server": {"contents": held, "p": secret}}, apply=lambda request: None)
        except errors.CloudError as error:
            if way == "error":
                raise
            result = Result(data={"outcomes": [Outcome("1", "web", FAILED, message=str(error), hint=quoted).as_dict()]})
            result.failure = "1 of 1 servers could not be made: " + str(error)[:400]
            return result
        raise AssertionError

    return run


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def check(result: dict[str, Any], reported: list[str], secret: str) -> None:
    """No 16 characters in a row of the secret, nor of its base64, are in the output."""
    assert result["failed"] is True and result["msg"]
    shown = "\n\n".join([*texts(result), *reported])
    for form in (secret, base64.b64encode(secret.encode()).decode(), json.dumps(secret)[1:-1]):
        pieces = {form[at : at + 16] for at in range(len(form) - 15)}
        leaked = sorted(piece for piece in pieces if piece in shown and len(set(piece)) >= 4)
        assert not leaked, f"{leaked[:3]} in {shown}"


def run_both_ways(
    name: str, path: tuple[str, ...], kind: str, secret: str, form: str, way: str, wire: Any, reply: Any
) -> None:
    quoted = FORMS[form](secret)
    message = {"badRequest": {"code": 400, "message": "Invalid input for field contents. Value: %s. is bad" % quoted}}
    wire.serve(lambda seen: reply(400, message))
    module = import_module(PLUGINS + name)
    options = {key: {**value, "required": False} for key, value in module.MODULE.argument_spec.items()}
    bare = type(module.MODULE)(options)
    given = {key: value for key, value in arguments(path, kind, secret, wire.url).items() if key in options}
    given = {**given, "api_retries": 0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MODULE", replace(bare, supports_check_mode=True))
        patch.setattr(module, "run", quoting(wire.url, secret, quoted, way))
        reported: list[str] = []
        check(run_action(name, given, report_progress=reported.append), reported, secret)
        check(run_shipped(name, given, patch), [], secret)


@pytest.mark.parametrize("name", MODULES)
def test_every_secret_option_of_every_module(name: str, wire: Any, reply: Any) -> None:
    found = list(secret_options(import_module(PLUGINS + name).MODULE.argument_spec))
    assert (("auth", "password"), "str") in found
    for number, (path, kind) in enumerate(found):
        way = ("error", "outcome", "plan", "mistake")[(number + len(name)) % 4]
        form = list(FORMS)[(number * 5 + len(name)) % len(FORMS)]
        run_both_ways(name, path, kind, SECRET, form, way, wire, reply)


OWN = [
    (name, path, kind)
    for name in MODULES
    for path, kind in secret_options(import_module(PLUGINS + name).MODULE.argument_spec)
    if path[0] != "auth" or name == "server_info"
]
SECRETS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00*"), min_size=16, max_size=80), min_size=1, max_size=30
).map("\n".join)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from(OWN),
    SECRETS.filter(lambda text: len(set(text)) > 12),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(["error", "outcome", "plan", "mistake"]),
)
def test_any_secret_in_any_form(
    wire: Any, reply: Any, option: tuple[str, tuple[str, ...], str], secret: str, form: str, way: str
) -> None:
    run_both_ways(*option, secret, form, way, wire, reply)


# -- on the simulator ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack", "easystack", "huaweicloud"])
def test_files_that_the_cloud_quotes(bench: Bench) -> None:
    """The contents of files as Nova quotes them: the base64 of several lines, whole, or cut by us."""
    if bench.platform == "huaweicloud":
        option, held = "user_data", SECRET
        quoted = base64.b64encode(SECRET.encode()).decode()
        body: dict[str, Any] = {"error": {"code": "Ecs.0005", "message": "user_data: %s is wrong" % quoted}}
    else:
        option, held = "files", {"/etc/join": base64.b64encode(SECRET.encode()).decode()}
        said = "Invalid input for field/attribute contents. Value: %s. is not valid" % held["/etc/join"]
        body = {"badRequest": {"code": 400, "message": said}}
    create = huawei.CREATE if bench.platform == "huaweicloud" else nova.CREATE[bench.platform]
    options = huawei.kind() if bench.platform == "huaweicloud" else nova.kind(bench)
    bench.fault(create, status=400, body=body)
    result = bench.call("server", **options, name="new-1", **{option: held})
    check(result, bench.reported, SECRET)
    assert "********" in result["msg"]


# -- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["openstack", "web", "RegionOne", "running", "reboot", "done", "1", "ACTIVE"])
@pytest.mark.parametrize("platform", ["openstack"])
def test_a_secret_that_is_a_word_breaks_no_result(bench: Bench, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed words and ids are whole and the handle can be used, with a password that is one of them."""
    plain = bench.call("server_power", names=["web-01"], state="restarted", wait=False)
    given = {**bench.options, "names": ["web-01"], "state": "restarted", "wait": False, "return_servers": True}
    module = import_module(PLUGINS + "server_power")
    real = module.run

    def run(context: Context) -> Result:
        context.register_secret(word)
        return real(context)

    monkeypatch.setattr(module, "run", run)
    for call in (lambda: run_action("server_power", given), lambda: run_shipped("server_power", given, monkeypatch)):
        bench.restart()
        result = call()
        assert not result.get("failed"), result
        assert set(result["handle"]) == set(plain["handle"])
        assert result["handle"]["platform"] == "openstack"
        assert result["handle"]["region"] == plain["handle"]["region"]
        for key in ("id", "name", "outcome", "actions"):
            assert result["outcomes"][0][key] == plain["outcomes"][0][key]
        for key in ("id", "name", "platform", "region", "status", "power_state", "tags", "availability_zone"):
            assert result["servers"][0][key] == plain["servers"][0][key]
        joined = bench.call("job_info", handle=result["handle"], wait=True)
        assert joined["outcomes"][0]["outcome"] == "done"


# -- control characters --------------------------------------------------------------------------------------------

NASTY = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp\u2066\x00\ud800\r\n"


def harmless(text: str) -> bool:
    return printable(text) == text


@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
def test_a_clouds_control_characters_reach_no_terminal(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """In messages, warnings and progress they are escaped; in a record they are what the cloud said."""
    message = "no %s host" % NASTY
    bodies = {"openstack": {"badRequest": {"code": 400, "message": message}}}
    body = bodies.get(bench.platform) or {"error": {"code": "Ecs.0005", "message": message}}
    module = import_module(PLUGINS + "server_power")
    real = module.run

    def run(context: Context) -> Result:
        context.warn("server " + NASTY)
        context.report_progress("server " + NASTY)
        return real(context)

    monkeypatch.setattr(module, "run", run)
    given = {**bench.options, "names": ["web-01"], "state": "stopped", "api_retries": 0, "return_servers": True}
    for shipped in (False, True):
        bench.restart()
        bench.change("web-01", metadata={"note": NASTY[:-3]})
        bench.fault("stop", status=400, body=body)
        reported: list[str] = []
        if shipped:
            result = run_shipped("server_power", given, monkeypatch)
        else:
            result = run_action("server_power", given, report_progress=reported.append)
        assert result["failed"] and r"\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp\u2066\x00" in result["msg"], result["msg"]
        warnings = [str(each["msg"] if isinstance(each, dict) else each) for each in result.get("warnings", [])]
        assert warnings or shipped
        said = [result["msg"], *reported, *warnings, *(str(each.get("message")) for each in result["outcomes"])]
        assert all(harmless(each) for each in said), said
        assert result["servers"][0]["metadata"]["note"] == NASTY[:-3]


def test_a_name_that_does_not_exist_is_escaped(bench: Bench) -> None:
    assert r"\x1b[2J" in bench.call("server_power", names=["\x1b[2J"], state="stopped")["msg"]
