"""docs/awx: the credential types obey AWX's rules, and jobs and syncs run with them by ansible-runner as AWX runs them.

What AWX does is told here by `inject` (its rendering of a credential), `problems` (its validation), `sync` (its command
for an inventory source) and `job` (its inventory script for a job or a slice of one).
"""

from __future__ import annotations

import copy
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ansible_runner
import pytest
import yaml
from jinja2 import StrictUndefined, TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    ENVIRONMENT,
    environment_names,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS, resolve
from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
AWX = ROOT / "docs" / "awx"

TYPES = sorted(path.name.removesuffix(".inputs.yml") for path in (AWX / "credential_types").glob("*.inputs.yml"))
# Read by cloud/auth/clouds_yaml.py rather than as an option.
FILES_OF_CLOUDS = {"OS_CLIENT_CONFIG_FILE"}
SECRET_LEAVES = ("password", "application_credential_secret", "token", "access_key", "secret_key", "security_token")
# What the simulator's tokens begin with, as Keystone's do.
TOKEN = "gAAAAA"
FIELD_KEYS = {
    "id", "label", "type", "help_text", "secret", "multiline", "format", "choices", "default", "ask_at_runtime",
}  # fmt: skip
IDENTIFIER = re.compile(r"^[a-zA-Z_]+[a-zA-Z0-9_]*$")
FILE_LABEL = re.compile(r"^template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?$")
CA = "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBvbmU=\n-----END CERTIFICATE-----\n"


def load(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and injectors of a type, as they are pasted."""
    texts = [(AWX / "credential_types" / f"{name}.{part}.yml").read_text() for part in ("inputs", "injectors")]
    inputs, injectors = map(yaml.safe_load, texts)
    return inputs, injectors


# -- what AWX refuses when a type is saved ---------------------------------------------------------------------------


def field_problems(field: dict[str, Any]) -> Iterator[str]:
    if not FIELD_KEYS >= set(field):
        yield f"unknown keys {sorted(set(field) - FIELD_KEYS)}"
    if not IDENTIFIER.match(field.get("id", "")) or field.get("id") == "tower":
        yield f"id {field.get('id')!r}"
    if not field.get("label"):
        yield "no label"
    if field.get("type", "string") not in ("string", "boolean"):
        yield f"type {field['type']!r}"
    boolean = field.get("type") == "boolean"
    if boolean and {"secret", "multiline", "format", "choices"} & set(field):
        yield "a boolean can be none of secret, multiline, format, choices"
    if "default" in field and not isinstance(field["default"], bool if boolean else str):
        yield "default of another type"
    if "choices" in field and field.get("default", field["choices"][0]) not in field["choices"]:
        yield "default is none of the choices"
    if field.get("format", "url") not in ("ssh_private_key", "url"):
        yield f"format {field['format']!r}"


def template_problems(inputs: dict[str, Any], injectors: dict[str, Any]) -> Iterator[str]:
    files = injectors.get("file", {})
    if not all(FILE_LABEL.match(label) for label in files) or ("template" in files and len(files) > 1):
        yield f"file templates {sorted(files)}"
    filename: Any = "path"
    if "template" not in files:
        filename = SimpleNamespace(**{label.partition(".")[2]: "path" for label in files})
    namespace = {field["id"]: "EXAMPLE" for field in inputs.get("fields", [])}
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    for kind, templates in injectors.items():
        for name, template in templates.items():
            known = dict(namespace) if kind == "file" else dict(namespace, tower=SimpleNamespace(filename=filename))
            try:
                text = sandbox.from_string(template).render(**known)
            except TemplateError as error:
                yield f"{kind} {name}: {error}"
            else:
                if not text.isascii():
                    yield f"{kind} {name} is not ASCII"


def problems(inputs: dict[str, Any], injectors: dict[str, Any]) -> list[str]:
    found = []
    if not {"fields", "required"} >= set(inputs):
        found.append(f"inputs has {sorted(inputs)}")
    ids = [field.get("id") for field in inputs.get("fields", [])]
    if len(set(ids)) != len(ids):
        found.append("ids are not unique")
    if not set(inputs.get("required", [])) <= set(ids):
        found.append("required names what is no field")
    for field in inputs.get("fields", []):
        found += [f"{field.get('id')}: {problem}" for problem in field_problems(field)]
    if not {"env", "extra_vars", "file"} >= set(injectors):
        found.append(f"injectors has {sorted(injectors)}")
    for name in injectors.get("env", {}):
        if not IDENTIFIER.match(name) or name.startswith("ANSIBLE_"):
            found.append(f"the variable {name} is not allowed")
    return found + list(template_problems(inputs, injectors))


@pytest.mark.parametrize("name", TYPES)
def test_awx_takes_the_type(name: str) -> None:
    assert problems(*load(name)) == []


def test_there_is_a_type_for_every_platform() -> None:
    assert set(TYPES) == {*PLATFORMS, "clouds_yaml"}


BROKEN = {
    "unknown key": lambda inputs, injectors: inputs["fields"][0].update(hint="x"),
    "bad id": lambda inputs, injectors: inputs["fields"][0].update(id="a-b"),
    "reserved id": lambda inputs, injectors: inputs["fields"][0].update(id="tower"),
    "id twice": lambda inputs, injectors: inputs["fields"].append(inputs["fields"][0]),
    "secret boolean": lambda inputs, injectors: inputs["fields"][-1].update(secret=True),
    "default of another type": lambda inputs, injectors: inputs["fields"][0].update(default=1),
    "required is no field": lambda inputs, injectors: inputs["required"].append("nobody"),
    "Ansible's own variable": lambda inputs, injectors: injectors["env"].update(ANSIBLE_CONFIG="x"),
    "no such field": lambda inputs, injectors: injectors["env"].update(OS_TOKEN="{{ token }}"),
    "no such file": lambda inputs, injectors: injectors["env"].update(OS_CERT="{{ tower.filename.cert }}"),
    "unnamed and named file": lambda inputs, injectors: injectors["file"].update(template="x"),
    "unsafe": lambda inputs, injectors: injectors["env"].update(OS_CERT="{{ region.__class__.__mro__ }}"),
    "not ASCII": lambda inputs, injectors: injectors["env"].update(OS_CERT="\u00e9"),
    "further injector": lambda inputs, injectors: injectors.update(files={}),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_a_broken_type_is_noticed(damage: Any) -> None:
    inputs, injectors = copy.deepcopy(load("openstack"))
    damage(inputs, injectors)
    assert problems(inputs, injectors)


# -- what a credential injects ---------------------------------------------------------------------------------------


def inject(name: str, values: dict[str, Any], folder: Path) -> dict[str, str]:
    """The environment of a job with a credential of the type; file templates become files in `folder`.

    As AWX does it: fields that were left empty are not there, booleans that were are False.
    """
    inputs, injectors = load(name)
    fields = {field["id"]: field for field in inputs["fields"]}
    assert set(values) <= set(fields)
    assert set(inputs.get("required", [])) <= set(values)
    namespace = {key: field.get("default", False) for key, field in fields.items() if field["type"] == "boolean"}
    namespace.update({key: value for key, value in values.items() if value != ""})
    sandbox = ImmutableSandboxedEnvironment(undefined=Undefined)
    filename = SimpleNamespace()
    for label, template in injectors.get("file", {}).items():
        path = folder / f"{name}-{label}"
        path.write_text(sandbox.from_string(template).render(**namespace))
        setattr(filename, label.partition(".")[2], str(path))
    tower = SimpleNamespace(filename=filename)
    return {
        variable: sandbox.from_string(template).render(tower=tower, **namespace)
        for variable, template in injectors["env"].items()
    }


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_variables_are_read_and_the_secret_ones_are_secret(name: str) -> None:
    inputs, injectors = load(name)
    read = {variable: option for option in ENVIRONMENT for variable in environment_names(option, name)}
    assert set(injectors["env"]) <= set(read)
    secret = {field["id"] for field in inputs["fields"] if field.get("secret")}
    for variable, template in injectors["env"].items():
        used = set(re.findall(r"\b[a-z_]+\b", template)) & {field["id"] for field in inputs["fields"]}
        assert bool(used & secret) == (read[variable] in SECRET_LEAVES), variable
    everywhere = "".join([*injectors["env"].values(), *injectors["file"].values()])
    assert all(field["id"] in everywhere for field in inputs["fields"]), "a field that goes nowhere"


def test_clouds_yaml_is_a_secret_file() -> None:
    inputs, injectors = load("clouds_yaml")
    assert set(injectors["env"]) == {*FILES_OF_CLOUDS, "OS_CLOUD"}
    assert inputs["fields"][0]["secret"]


USER = {"username": "ops", "password": "pw-of-ops", "user_domain_name": "Ops", "project_name": "web"}
KEYSTONE = [name for name in PLATFORMS if name != "huaweicloud"]


@pytest.mark.parametrize("name", KEYSTONE)
def test_a_keystone_user_arrives(name: str, tmp_path: Path) -> None:
    url = "https://keystone.example.com/v3"
    values = {"auth_url": url, "region": "RegionTwo", "interface": "internal", **USER}
    settings = resolve({}, inject(name, values, tmp_path))
    assert (settings.platform, settings.region, settings.interface) == (name, "RegionTwo", "internal")
    assert (settings.verify, settings.endpoint, settings.warnings) == (True, None, ())
    assert {key: getattr(settings.auth, key) for key in USER} == USER
    assert settings.auth.auth_url == url
    assert settings.auth.method == "password"


@pytest.mark.parametrize("name", KEYSTONE)
def test_an_application_credential_arrives(name: str, tmp_path: Path) -> None:
    values = {"application_credential_id": "a1", "application_credential_secret": "s1"}
    values.update(auth_url="https://keystone.example.com", endpoint="https://nova.example.com/v2.1", ca_cert=CA)
    settings = resolve({}, inject(name, values, tmp_path))
    assert (settings.auth.method, settings.auth.secrets()) == ("application credential", {"s1"})
    assert settings.endpoint == "https://nova.example.com/v2.1"
    assert Path(str(settings.verify)).read_text().strip() == CA.strip()


def test_the_ways_into_huawei_cloud_arrive(tmp_path: Path) -> None:
    key = {"region": "cn-north-4", "access_key": "AK1", "secret_key": "SK1"}
    settings = resolve({}, inject("huaweicloud", {**key, "project_id": "p1"}, tmp_path))
    assert (settings.platform, settings.region) == ("huaweicloud", "cn-north-4")
    assert settings.endpoint == "https://ecs.cn-north-4.myhuaweicloud.com"
    assert (settings.auth.secrets(), settings.auth.project_id) == ({"AK1", "SK1"}, "p1")
    temporary = resolve({}, inject("huaweicloud", {**key, "security_token": "ST1"}, tmp_path))
    assert temporary.auth.secrets() == {"AK1", "SK1", "ST1"}
    user = {"username": "ops", "password": "pw-of-ops", "domain_name": "account"}
    iam = resolve({}, inject("huaweicloud", {"region": "cn-north-4", "insecure": True, **user}, tmp_path))
    assert (iam.auth.method, iam.auth.secrets(), iam.verify) == ("password", {"pw-of-ops"}, False)
    assert iam.auth.who() == "user ops@account"


def test_several_clouds_arrive(tmp_path: Path) -> None:
    auth = {"auth_url": "https://keystone.example.com/v3", "username": "ops", "password": "pw", "project_name": "web"}
    clouds = {
        "lab": {"cloudserver_platform": "ustack", "auth": auth},
        "shop": {"cloudserver_platform": "easystack", "auth": auth},
    }
    environ = inject("clouds_yaml", {"clouds": yaml.safe_dump({"clouds": clouds}), "cloud": "shop"}, tmp_path)
    environ["HOME"] = str(tmp_path)
    assert resolve({}, environ).platform == "easystack"
    assert resolve({"cloud": "lab"}, environ).platform == "ustack"


# -- jobs and syncs --------------------------------------------------------------------------------------------------

# What AWX sets for every inventory source (STANDARD_INVENTORY_UPDATE_ENV in its constants).
OF_A_SYNC = {
    "ANSIBLE_INVENTORY_EXPORT": "True",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_VERBOSE_TO_STDERR": "True",
}
SETTINGS = {"suppress_ansible_output": True, "pexpect_timeout": 5, "job_timeout": 120}


def private_data_dir(folder: Path) -> Path:
    """A fresh private data directory with the example project."""
    for name in ("env", "inventory", "project"):
        (folder / name).mkdir(parents=True)
    for path in (AWX / "project").iterdir():
        (folder / "project" / path.name).write_bytes(path.read_bytes())
    return folder


def environment(folder: Path, credential: dict[str, str]) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "ANSIBLE_HOME": str(folder / ".ansible"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_PROXY": "127.0.0.1",
        **credential,
    }


def sync(
    folder: Path, credential: dict[str, str], standard: dict[str, str] | None = None
) -> tuple[Any, dict[str, Any]]:
    """Run an inventory source; what the runner tells of it, and the inventory that AWX would read."""
    place = private_data_dir(folder)
    output = place / "artifacts" / "sync" / "output.json"
    source = place / "project" / "fleet.cloudserver.yml"
    command = ["ansible-inventory", "--list", "--export", "-i", source, "--output", output]
    command += ["--playbook-dir", place / "project", "-vvvvv"]
    (place / "args").write_text(" ".join(map(str, command)))
    output.parent.mkdir(parents=True)
    settings = OF_A_SYNC if standard is None else standard
    done = ansible_runner.run(
        private_data_dir=str(place), ident="sync", envvars={**environment(place, credential), **settings},
        settings=dict(SETTINGS), suppress_env_files=True, quiet=True,
    )  # fmt: skip
    return done, json.loads(output.read_text()) if output.exists() else {}


def job(
    folder: Path, credential: dict[str, str], playbook: str, variables: dict[str, Any], hosts: dict[str, Any]
) -> Any:
    """Run a job template's playbook, with an inventory script as AWX writes it of the hosts it knows."""
    place = private_data_dir(folder)
    script = place / "inventory" / "hosts"
    script.write_text(f"#!{sys.executable}\nprint({json.dumps(hosts)!r})\n")
    script.chmod(stat.S_IRWXU)
    (place / "env" / "extravars").write_text(yaml.safe_dump(variables))
    return ansible_runner.run(
        private_data_dir=str(place), ident="job", playbook=playbook, envvars=environment(place, credential),
        settings=dict(SETTINGS), suppress_env_files=True, verbosity=4, quiet=True,
    )  # fmt: skip


def artifacts(folder: Path) -> str:
    """All that a run left behind, but for what the runner itself notes of the environment that it was given."""
    texts = []
    for path in sorted((folder / "artifacts").rglob("*")):
        if path.is_file():
            text = path.read_text(errors="replace")
            if path.name == "command":
                command = json.loads(text)
                assert command.pop("env")
                text = json.dumps(command)
            texts.append(text)
    return "\n".join(texts)


def results(done: Any) -> list[dict[str, Any]]:
    """The results of the collection's tasks."""
    return [
        event["event_data"]["res"]
        for event in done.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task_action"].startswith("cloudserver.")
    ]


def fields_of(connection: dict[str, Any]) -> dict[str, Any]:
    """What an operator fills in for these connection options."""
    given = {key: connection[key] for key in ("region", "endpoint") if key in connection}
    return {**given, **connection["auth"]}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with simulator.running(tmp_path_factory.mktemp("awx"), "--quiet") as found:
        yield found


def secrets_of(ready: dict[str, Any]) -> set[str]:
    """Every secret that the simulator knows of and that a run may have met."""
    found = {ready["credentials"]["user_data_marker"], ready["credentials"]["private_key_marker"]}
    for connection in ready["platforms"].values():
        found |= {connection["auth"][leaf] for leaf in SECRET_LEAVES if leaf in connection["auth"]}
    assert len(found) == 7
    return found


def tells_no_secret(ready: dict[str, Any], folder: Path, credential: dict[str, str]) -> None:
    """No artifact holds a secret that the run was given, nor a token that it got."""
    text = artifacts(folder)
    assert len(text) > 2000
    assert sorted(secret for secret in secrets_of(ready) if secret in text) == []
    assert TOKEN not in text
    # That it was given them, the runner's own note of the environment shows.
    given = json.loads(next(folder.glob("artifacts/*/command")).read_text())["env"]
    assert set(credential.items()) <= set(given.items())


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_sync_and_a_job_with_a_survey(name: str, ready: dict[str, Any], tmp_path: Path) -> None:
    simulator.control(ready, "POST", "/reset", {})
    credential = inject(name, fields_of(ready["platforms"][name]), tmp_path)
    done, hosts = sync(tmp_path / "sync", credential)
    assert (done.status, done.rc) == ("successful", 0), artifacts(tmp_path / "sync")
    variables = hosts["_meta"]["hostvars"]
    assert "__ansible_unsafe" not in json.dumps(hosts)
    web = {host for host in variables if host.startswith("web-")}
    assert len(web) == 4
    assert set(hosts["tag_role_web"]["hosts"]) == web
    assert {variables[host]["cloudserver_platform"] for host in web} == {name}

    survey = {"power_tags": "role=web, env=demo", "power_state": "stopped", "power_limit": 10}
    done = job(tmp_path / "survey", credential, "power.yml", survey, {})
    assert done.status == "successful", done.stdout.read()
    assert results(done)[0]["changed"]
    states = simulator.control(ready, "GET", f"/{name}/servers")["servers"]
    stopped = {server["name"] for server in states if server["status"] == "SHUTOFF"}
    assert web <= stopped
    assert not {"db-01", "cache-01"} & stopped
    for run in ("sync", "survey"):
        tells_no_secret(ready, tmp_path / run, credential)


def test_slices_divide_the_fleet(ready: dict[str, Any], tmp_path: Path) -> None:
    simulator.control(ready, "POST", "/reset", {})
    credential = inject("huaweicloud", fields_of(ready["platforms"]["huaweicloud"]), tmp_path)
    _done, hosts = sync(tmp_path / "sync", credential)
    web = sorted(hosts["tag_role_web"]["hosts"])
    before = simulator.control(ready, "GET", "/requests")["requests"][-1]["n"]
    restarted = []
    for number in (1, 2):
        # AWX gives each slice every n-th host; the variables are as the sync left them.
        part = web[number - 1 :: 2]
        known = {"_meta": {"hostvars": {host: hosts["_meta"]["hostvars"][host] for host in part}}}
        known.update(all={"children": ["tag_role_web"]}, tag_role_web={"hosts": part})
        done = job(tmp_path / f"slice-{number}", credential, "restart.yml", {"restart_batch": 50}, known)
        assert done.status == "successful", done.stdout.read()
        (result,) = results(done)
        assert {outcome["outcome"] for outcome in result["outcomes"]} == {"done"}
        restarted.append({outcome["id"] for outcome in result["outcomes"]})
        assert restarted[-1] == {hosts["_meta"]["hostvars"][host]["cloudserver_id"] for host in part}
        tells_no_secret(ready, tmp_path / f"slice-{number}", credential)
    assert not restarted[0] & restarted[1]
    assert len(restarted[0] | restarted[1]) == len(web) == 4
    log = simulator.control(ready, "GET", f"/requests?platform=huaweicloud&since={before}")["requests"]
    assert len([request for request in log if request["method"] == "POST" and "action" in request["path"]]) == 2


def test_a_sync_of_several_clouds(ready: dict[str, Any], tmp_path: Path) -> None:
    clouds = {}
    for name in KEYSTONE:
        connection = ready["platforms"][name]
        clouds[name] = {"cloudserver_platform": name, "region_name": connection["region"], "auth": connection["auth"]}
    credential = inject("clouds_yaml", {"clouds": yaml.safe_dump({"clouds": clouds}), "cloud": "ustack"}, tmp_path)
    done, hosts = sync(tmp_path / "sync", credential)
    assert done.rc == 0, artifacts(tmp_path / "sync")
    assert "platform_ustack" in hosts
    tells_no_secret(ready, tmp_path / "sync", credential)


def test_a_sync_fails_while_the_cloud_is_down(refusing: str, tmp_path: Path) -> None:
    values = {"auth_url": refusing + "/v3", "username": "ops", "password": "pw-of-ops-7", "project_name": "web"}
    credential = {**inject("openstack", values, tmp_path), "CLOUDSERVER_API_RETRIES": "0"}
    done, hosts = sync(tmp_path / "sync", credential)
    assert (done.status, hosts) == ("failed", {})
    text = artifacts(tmp_path / "sync")
    assert "Could not" in text
    assert "pw-of-ops-7" not in text
    # Without the variable, the inventory would be empty and AWX, told to overwrite, would forget every host.
    lenient = {key: value for key, value in OF_A_SYNC.items() if not key.endswith("UNPARSED_FAILED")}
    done, hosts = sync(tmp_path / "lenient", credential, lenient)
    assert done.status == "successful"
    assert hosts.get("_meta", {}).get("hostvars") == {}
    assert "pw-of-ops-7" not in artifacts(tmp_path / "lenient")


def test_a_job_with_a_wrong_key_tells_no_secret(ready: dict[str, Any], tmp_path: Path) -> None:
    values = fields_of(ready["platforms"]["openstack"])
    credential = inject("openstack", {**values, "password": "wrong-pass-of-ops"}, tmp_path)
    survey = {"power_tags": "role=web", "power_state": "stopped", "power_limit": 10}
    done = job(tmp_path / "job", credential, "power.yml", survey, {})
    assert done.status == "failed"
    text = artifacts(tmp_path / "job")
    assert "401" in text
    assert "wrong-pass-of-ops" not in text


# -- the tasks that set up a controller ------------------------------------------------------------------------------

# The arguments of awx.awx's modules that the tasks may use, as their documentation lists them.
AWX_MODULES = {
    "credential_type": {"name": "str", "description": "str", "kind": "str", "inputs": "dict", "injectors": "dict"},
    "inventory": {"name": "str", "organization": "str", "description": "str"},
    "inventory_source": {
        "name": "str", "inventory": "str", "organization": "str", "source": "str", "source_project": "str",
        "source_path": "str", "credential": "str", "execution_environment": "str", "overwrite": "bool",
        "overwrite_vars": "bool", "update_on_launch": "bool", "update_cache_timeout": "int",
    },
    "job_template": {
        "name": "str", "organization": "str", "inventory": "str", "project": "str", "playbook": "str",
        "credentials": "list", "execution_environment": "str", "job_type": "str", "ask_job_type_on_launch": "bool",
        "ask_limit_on_launch": "bool", "diff_mode": "bool", "survey_enabled": "bool", "survey_spec": "dict",
        "job_slice_count": "int", "extra_vars": "dict",
    },
    "schedule": {
        "name": "str", "organization": "str", "unified_job_template": "str", "rrule": "str", "extra_data": "dict",
    },
}  # fmt: skip
# Action plugins rather than modules: no process for each.
STAND_IN = """\
import json
from ansible.plugins.action import ActionBase
class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        _result, params = self.validate_argument_spec(argument_spec=json.loads(%r))
        with open(%r, "a") as stream:
            stream.write(json.dumps([%r, params]) + "\\n")
        return {"changed": True}
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, dict[str, Any]]]:
    """What the tasks ask of awx.awx: module and arguments, in order."""
    folder = tmp_path_factory.mktemp("controller")
    actions = folder / "collections" / "ansible_collections" / "awx" / "awx" / "plugins" / "action"
    actions.mkdir(parents=True)
    log = folder / "asked"
    for name, options in AWX_MODULES.items():
        spec = json.dumps({option: {"type": kind, "no_log": False} for option, kind in options.items()})
        (actions / f"{name}.py").write_text(STAND_IN % (spec, str(log), name))
    variables = {"organization": "Ops", "project": "Fleet", "credential": "Shop", "environment_name": "CloudServer"}
    tasks = [
        {"name": name, "ansible.builtin.include_tasks": str(AWX / name)}
        for name in ("credential_types.yml", "controller.yml")
    ]
    play = {"name": "Set up", "hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    (folder / "setup.yml").write_text(json.dumps([play]))
    environ = environment(folder, {"ANSIBLE_COLLECTIONS_PATH": str(folder / "collections")})
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "setup.yml"],
        cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    given = [json.loads(line) for line in log.read_text().splitlines()]
    return [(module, {key: value for key, value in params.items() if value is not None}) for module, params in given]


def test_the_types_reach_the_controller_as_they_are(asked: list[tuple[str, dict[str, Any]]]) -> None:
    types = {params["name"]: params for module, params in asked if module == "credential_type"}
    assert len(types) == len(TYPES)
    sent = [(params["inputs"], params["injectors"]) for params in types.values()]
    for name in TYPES:
        assert load(name) in sent
    assert {params["kind"] for params in types.values()} == {"cloud"}


def test_the_tasks_and_the_project_fit_together(asked: list[tuple[str, dict[str, Any]]]) -> None:
    (source,) = (params for module, params in asked if module == "inventory_source")
    templates = {params["name"]: params for module, params in asked if module == "job_template"}
    schedules = [params for module, params in asked if module == "schedule"]
    for path in [source["source_path"], *(params["playbook"] for params in templates.values())]:
        assert (AWX / "project" / path).is_file()
    assert (source["source"], source["overwrite"]) == ("scm", True)
    sliced = [params for params in templates.values() if params.get("job_slice_count", 1) > 1]
    assert [params["playbook"] for params in sliced] == ["restart.yml"]
    assert {schedule["unified_job_template"] for schedule in schedules} <= set(templates)
    for params in templates.values():
        text = (AWX / "project" / params["playbook"]).read_text()
        questions = [question["variable"] for question in params.get("survey_spec", {}).get("spec", [])]
        for variable in [*questions, *params.get("extra_vars", {})]:
            assert re.search(rf"{{{{.*\b{variable}\b.*}}}}", text), variable
        for schedule in schedules:
            if schedule["unified_job_template"] == params["name"]:
                assert set(schedule["extra_data"]) == set(questions)
