# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of the inventory, and the servers that each of them returns or has returned last.

This file does not use Ansible's inventory; plugins/inventory/cloudserver.py does.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from threading import Semaphore
from typing import Any, Callable, Mapping, Sequence

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.connect import connect
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, SettingsError, redact
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import as_dicts
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import find
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.cache import (
    InventoryCache,
    cache_key,
    place,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.hosts import InvalidHosts, policies
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import CHOOSERS, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    AUTH_OPTIONS,
    CONNECTION,
    SELECTION,
    aliases,
    argument_spec,
)

FAIL, WARN, USE_STALE = "fail", "warn", "use_stale"

_SECRETS = tuple(leaf for leaf, spec in AUTH_OPTIONS.items() if spec.get("no_log"))
_METHOD = _SECRETS + (
    "access_key",
    "application_credential_id",
    "application_credential_name",
    "ecs_agency",
    "credentials_file",
    "shared_config_file",
    "profile",
)
#: Alternatives by name or by id: a source that sets one of them does not inherit the other.
_SAME = (
    ("username", "user_id"),
    ("user_domain_name", "user_domain_id"),
    ("project_name", "project_id"),
    ("project_domain_name", "project_domain_id"),
    ("agency_name", "agency_domain_name", "agency_domain_id", "agency_duration"),
)
#: The maximum number of sources to query concurrently, and how many of them may be in the same region of a cloud.
_MOST = 256
_MOST_OF_REGION = 8

SPEC = argument_spec(
    SELECTION,
    deleted={"type": "bool", "default": False},
    name={"type": "str"},
    on_error={"type": "str", "choices": [FAIL, WARN, USE_STALE], "default": FAIL},
    connect_with={"type": "list", "elements": "str", "default": ["floating_v4", "fixed_v4", "fixed_v6"]},
)

#: The option of each alias, at the top level and in a source.
ALIASES = aliases(SPEC)


@dataclass(frozen=True)
class InventorySource:
    """One source of servers."""

    name: str
    connection: Mapping[str, Any]
    selection: Mapping[str, Any]
    on_error: str
    connect_with: tuple[str, ...]

    def settings(self, environ: Mapping[str, str]) -> Settings:
        """Raises SettingsError if options, environment and clouds.yaml are not sufficient."""
        return resolve(self.connection, environ)


@dataclass(frozen=True)
class SourceResult:
    """The servers of one source as plain records, the ids, names or addresses without a server, and warnings."""

    records: list[dict[str, Any]]
    missing: Mapping[str, Sequence[str]]
    warnings: Sequence[str] = ()


def sources(top: Mapping[str, Any], listed: Any = None) -> list[InventorySource]:
    """The sources of an inventory file; without a list the top level is the only source. Raises InvalidHosts for an
    option that is unknown or invalid, and for two sources with the same name."""
    top = without_aliases(top, "the inventory")
    if listed is None:
        return [_source(top, "the inventory", _default_name(top) or "cloud")]
    if not isinstance(listed, list) or not listed:
        raise InvalidHosts("sources: give a list of at least one source, each a mapping of options")
    found = []
    for number, own in enumerate(listed, 1):
        if not isinstance(own, Mapping):
            raise InvalidHosts("sources: source %d is not a mapping of options" % number)
        label = "source %s" % (own.get("name") or number)
        own = without_aliases(own, label)
        merged = inherit(top, own)
        found.append(_source(merged, label, _default_name(merged) or "source-%d" % number))
    shared = sorted(name for name, count in Counter(source.name for source in found).items() if count > 1)
    if shared:
        raise InvalidHosts("sources: several are named %s; give each a unique name" % ", ".join(shared))
    return found


def without_aliases(options: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return the options with each alias replaced by the name of its option, so that a source can inherit them. Raises
    InvalidHosts if an option is set under two of its names."""
    found: dict[str, Any] = {}
    for given, value in options.items():
        name = ALIASES.get(given, given)
        if name in found:
            raise InvalidHosts("%s: %s is set under two of its names; set it once" % (label, name))
        found[name] = value
    return found


def inherit(top: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a source with the top level as defaults.

    Identities and locations are not mixed: a source that selects another cloud (by ``cloud``, ``auth.auth_url`` or
    another ``platform``) inherits neither ``cloud`` nor ``endpoint`` nor ``auth``; a source with its own secret
    inherits no other secret.
    """
    merged = {key: value for key, value in top.items() if key != "name"}
    auth = own.get("auth")
    auth = dict(auth) if isinstance(auth, Mapping) else auth
    elsewhere = own.get("cloud") or (isinstance(auth, dict) and auth.get("auth_url"))
    if elsewhere or own.get("platform") not in (None, top.get("platform")):
        for name in ("cloud", "cloud_domain", "endpoint", "endpoints", "auth"):
            merged.pop(name, None)
    if own.get("all"):
        for name in CHOOSERS:
            merged.pop(name, None)
    inherited = merged.get("auth")
    merged.update((key, value) for key, value in own.items() if value is not None)
    if isinstance(auth, dict) and isinstance(inherited, Mapping):
        merged["auth"] = _inherit_auth(inherited, auth)
    return merged


def _inherit_auth(top: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    given = {leaf for leaf, value in own.items() if value not in (None, "")}
    left_out = set(_METHOD) if given & set(_METHOD) else set()
    for pair in _SAME:
        if given & set(pair):
            left_out |= set(pair)
    merged = {leaf: value for leaf, value in top.items() if leaf not in left_out}
    merged.update(own)
    return merged


def _default_name(options: Mapping[str, Any]) -> str:
    parts = [options.get("cloud") or options.get("platform"), options.get("region")]
    return str(options.get("name") or "/".join(str(part) for part in parts if part))


def _source(options: Mapping[str, Any], label: str, name: str) -> InventorySource:
    result = ArgumentSpecValidator(SPEC).validate(dict(options))
    if result.error_messages:
        auth = options.get("auth")
        secrets = [str(auth.get(leaf) or "") for leaf in _SECRETS] if isinstance(auth, Mapping) else []
        unknown = ["unknown option " + each.msg for each in result.errors if isinstance(each, UnsupportedError)]
        texts = unknown + [each.msg for each in result.errors if not isinstance(each, UnsupportedError)]
        raise InvalidHosts(redact("%s: %s" % (label, "; ".join(texts)), secrets))
    values = result.validated_parameters
    selection = {key: values.get(key) for key in (*SELECTION, "deleted")}
    if not any(selection.get(chooser) for chooser in CHOOSERS):
        selection["all"] = True
    try:
        Selection.from_options(selection, listing=True)
        connect_with = policies(values["connect_with"])
    except (InvalidRequest, InvalidHosts) as error:
        raise InvalidHosts("%s: %s" % (label, error)) from error
    connection = {key: values.get(key) for key in CONNECTION}
    return InventorySource(name, connection, selection, values["on_error"], connect_with)


@dataclass(frozen=True)
class RecordSpec:
    """The fields that the hosts need of the records, ``None`` for all, and whether they need the names of images."""

    fields: frozenset[str] | None = None
    image_names: bool = False


ALL_FIELDS = RecordSpec()


def fetch(source: InventorySource, settings: Settings, spec: RecordSpec = ALL_FIELDS) -> SourceResult:
    """Queries the cloud of the source. Raises CloudError and InvalidRequest."""
    selection = Selection.from_options(source.selection, missing="ignore", listing=True)
    warnings: list[str] = []
    cloud = connect(settings, warn=warnings.append)
    try:
        chosen = find(cloud, selection, image_names=spec.image_names)
        # Only records: the raw responses in the servers are several times as large.
        return SourceResult(as_dicts(chosen.servers, spec.fields), chosen.missing, warnings)
    finally:
        cloud.close()


def gather(
    found: Sequence[InventorySource],
    environ: Mapping[str, str],
    warn: Callable[[str], None],
    kept: InventoryCache | None = None,
    read: bool = True,
    spec: RecordSpec = ALL_FIELDS,
    run_folder: RunFolder | None = None,
) -> list[tuple[InventorySource, tuple[str, ...], list[dict[str, Any]]]]:
    """The records of each source, with their location: from the cache if it is fresh and ``read`` allows it, otherwise
    from the cloud. All clouds are queried concurrently, but at most eight sources of one region; their tokens are kept
    in ``run_folder``. Raises InvalidHosts if a source with ``on_error: fail`` fails, and if all sources fail."""
    if kept:
        # Other files use the same cached records, and this file may need other fields of them later.
        spec = replace(spec, fields=None)

    def key(source: InventorySource, settings: Settings) -> str:
        return cache_key(source.selection, settings, spec.image_names)

    settings: dict[str, Settings] = {}
    records: dict[str, list[dict[str, Any]]] = {}
    failed: dict[str, Exception] = {}
    for source in found:
        try:
            settings[source.name] = replace(source.settings(environ), run_folder=run_folder)
        except SettingsError as error:
            failed[source.name] = error
            continue
        fresh = kept.fresh(key(source, settings[source.name])) if kept and read else None
        if fresh is not None:
            records[source.name] = fresh
    asked = [source for source in found if source.name not in records and source.name not in failed]
    # Each region answers on its own, so all are as fast as the slowest.
    turns = {place(settings[source.name]): Semaphore(_MOST_OF_REGION) for source in asked}

    def query(source: InventorySource) -> SourceResult | Exception:
        with turns[place(settings[source.name])]:
            return _attempt(source, settings[source.name], spec)

    for source, answer in zip(asked, in_parallel(query, asked, _MOST)):
        for warning in settings[source.name].warnings:
            warn("source %s: %s" % (source.name, warning))
        if isinstance(answer, SourceResult):
            for warning in answer.warnings:
                warn("source %s: %s" % (source.name, warning))
            records[source.name] = answer.records
            for option, values in answer.missing.items():
                warn("source %s: no server has %s %s" % (source.name, option, ", ".join(values)))
            if kept:
                kept.keep(key(source, settings[source.name]), answer.records)
        else:
            failed[source.name] = answer
    fatal = []
    for source in found:
        if source.name in failed:
            own = settings.get(source.name)
            text = redact("source %s: %s" % (source.name, failed[source.name]), own.secrets() if own else ())
            last = kept.last(key(source, own)) if kept and own and source.on_error == USE_STALE else None
            if last:
                records[source.name] = last[0]
                warn("%s Its servers are from the cache, which is %d s old." % (text, last[1]))
            elif source.on_error == WARN:
                warn("%s Its servers are left out." % text)
            else:
                fatal.append(text + (" The cache has no servers of it." if source.on_error == USE_STALE else ""))
    if fatal or not records:
        raise InvalidHosts(" ".join(fatal) or "none of the sources could be read, so there is no inventory")
    return [(source, place(settings[source.name]), records[source.name]) for source in found if source.name in records]


def _attempt(source: InventorySource, settings: Settings, spec: RecordSpec) -> SourceResult | Exception:
    """Calls ``fetch`` and returns its error as a result, so that an error of one source does not stop the others."""
    try:
        return fetch(source, settings, spec)
    except (CloudError, InvalidRequest) as error:
        return error
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return CloudError(
            "Internal error; please report it: %s: %s, at %s line %s"
            % (type(error).__name__, error, os.path.basename(frame.filename), frame.lineno)
        )
