# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cloudserver
short_description: Inventory of cloud servers from one or many clouds
version_added: 1.0.0
description:
  - Creates a host for each selected cloud server. Without a selection it creates a host for every server.
  - The servers come from one cloud, or from several O(sources), which are queried concurrently.
  - The name of the file must end with C(.cloudserver.yml) or C(.cloudserver.yaml), or be C(cloudserver.yml) or
    C(cloudserver.yaml).
  - Options of the connection and of the selection may be templates. The templates can use lookups, extra variables
    (C(-e)) and vaulted values.
  - Values from the cloud are never evaluated as templates. In the output of C(ansible-inventory), values that contain
    C({{), C({%) or C({#) are marked as unsafe. All other values are plain.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [cloudserver.compute.cloudserver]
  sources:
    description:
      - The list of sources, if servers come from more than one cloud, region or project.
      - Each source accepts all options of the connection and of the selection, in addition to the options below. A
        source inherits options that it does not set from the top level.
      - Credentials are not mixed. A source with O(cloud), O(auth.auth_url) or another O(platform) does not inherit
        O(cloud), O(endpoint) and O(auth). A source with its own secret inherits no other secret.
      - If several sources return the same server, it belongs to the first of them.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the source. It must be unique in the file. The default consists of O(cloud) or
          O(platform), and O(region).
        type: str
      on_error:
        description: Like O(on_error), for this source.
        type: str
        choices: [fail, warn, use_stale]
      connect_with:
        description: Like O(connect_with), for this source.
        type: list
        elements: str
      deleted:
        description: Like O(deleted), for this source.
        type: bool
  name:
    description: The name of the source, if O(sources) is not set.
    type: str
  names:
    description:
      - Servers with exactly one of these names.
    type: list
    elements: str
    aliases: [server]
  deleted:
    description:
      - Creates a host for each server in the recycle bin instead. These servers were deleted and can be restored.
      - Supported on V(easystack), V(openstack) and V(huaweicloud), as in M(cloudserver.compute.server_info).
    type: bool
    default: false
  on_error:
    description:
      - What to do if a source fails.
      - V(fail) fails the whole inventory file. V(warn) skips the servers of the source with a warning. If all sources
        fail, the file fails.
      - V(use_stale) uses the last successful response from the cache, regardless of its age, with a warning. It needs
        O(cache=true) and a persistent cache plugin, such as C(ansible.builtin.jsonfile). If the cache contains no such
        response, it fails.
    type: str
    choices: [fail, warn, use_stale]
    default: fail
  include:
    description:
      - Jinja conditions on the variables of a server. Servers for which no condition is true are excluded.
      - Prefer the options of the selection where possible, because they need fewer resources.
      - A condition with an undefined variable is false. With O(strict=true) it is an error.
      - A list, a mapping or a text is true if it is not empty, on every release of ansible-core.
    type: list
    elements: str
  exclude:
    description: Jinja conditions on the variables of a server. Servers for which one condition is true are excluded.
    type: list
    elements: str
  hostnames:
    description:
      - How to name a host. The first usable value is used. Values are V(name), V(id), V(private_ip), V(public_ip), or a
        Jinja expression on the variables of the server. If no value is usable, the name is the id.
      - A host name consists of letters, digits and marks of any script, C(.), C(_) and C(-), or is an IPv6 address. It
        has at most 240 bytes, does not start with C(.) or C(-), and does not end with C(.yml), C(.yaml) or C(.json).
        Other characters have a special meaning in patterns such as C(--limit), in paths such as C(host_vars), or in a
        shell. One warning lists servers with unusable names.
      - If several servers have the same name, C(_) and the id are appended to each name. The same applies to a name
        that has another meaning in Ansible, such as V(localhost), a host of another inventory file, or the name of a
        group, including groups of O(groups_by), O(groups) and O(keyed_groups).
    type: list
    elements: str
    default: [name]
  connect_with:
    description:
      - How to set C(ansible_host). The first address that a server has is used. Values are V(floating_v4),
        V(floating_v6), V(fixed_v4), V(fixed_v6), C(network:NAME) for an address on that network, and V(name) for the
        name of the server.
      - A server without such an address is in the inventory without C(ansible_host).
    type: list
    elements: str
    default: [floating_v4, fixed_v4, fixed_v6]
  groups_by:
    description:
      - Groups to create automatically. The tag C(role=web) creates the group C(tag_role_web), the platform C(openstack)
        creates C(platform_openstack), the source C(prod) creates C(source_prod), the security group C(default) creates
        C(security_group_default), and V(project_id) creates C(project_) with the id.
      - With V(image), the plugin resolves the names of images. See O(fields).
      - Use O(keyed_groups) for other groups.
    type: list
    elements: str
    choices:
      - tags
      - status
      - power_state
      - platform
      - region
      - availability_zone
      - flavor
      - image
      - source
      - project_id
      - security_groups
    default: [tags, platform]
  vars_prefix:
    description:
      - The prefix of the variable names of a host. Each of O(fields) has a variable, such as C(cloudserver_id) and
        C(cloudserver_power_state). C(cloudserver_source) contains the name of the source.
      - The roles of this collection read C(cloudserver_id), C(cloudserver_platform) and C(cloudserver_region).
    type: str
    default: cloudserver_
  fields:
    description:
      - The keys of the M(cloudserver.compute.server_info) records that become variables.
      - V(id), V(platform), V(region) and each key that an expression in the file uses are always included.
      - With thousands of servers, few fields reduce the run time.
      - The plugin resolves the names of images if the file uses them. This is the case if the file itself sets
        O(fields) with V(image), if O(groups_by) contains V(image), or if an expression contains C(cloudserver_image)
        and not only C(cloudserver_image.id). On V(openstack) and V(easystack), this reads the list of images once.
        Otherwise C(cloudserver_image.name) is null there. If the user may not list images, the names are null, with a
        warning.
      - V(user_data) cannot be a variable, because it can contain passwords.
    type: list
    elements: str
    default:
      - name
      - status
      - power_state
      - private_ips
      - public_ips
      - flavor
      - image
      - tags
      - tag_map
      - metadata
      - availability_zone
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - constructed
  - inventory_cache
notes:
  - Without a selection all servers are in the inventory.
  - The cache key of a response consists of the identity and the selection of its source, and of whether the file uses
    the names of images. The other options are applied after the cache. They can be changed without a new request to
    the cloud.
seealso:
  - module: cloudserver.compute.server_info
"""

EXAMPLES = r"""
# all.cloudserver.yml: all servers of a cloud of clouds.yaml
plugin: cloudserver.compute.cloudserver
cloud: production

---
# web.cloudserver.yml: the running web servers, with addresses on the management network, cached for ten minutes
plugin: cloudserver.compute.cloudserver
platform: huaweicloud
region: cn-north-4
auth:
  access_key: "{{ lookup('ansible.builtin.env', 'ACCESS_KEY') }}"
  secret_key: "{{ lookup('ansible.builtin.env', 'SECRET_KEY') }}"
tags: [role=web]
status: [running]
connect_with: [network:management, fixed_v4]
compose:
  ansible_user: "'ubuntu' if 'Ubuntu' in (cloudserver_image.name or '') else 'root'"
keyed_groups:
  - prefix: zone
    key: cloudserver_availability_zone
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible-inventory
cache_timeout: 600

---
# projects.cloudserver.yml: the servers of all projects, in groups by project, security group and image
plugin: cloudserver.compute.cloudserver
cloud: admin
all_projects: true
groups_by: [project_id, security_groups, image]
keyed_groups:
  - prefix: role
    key: cloudserver_tag_map.role

---
# estate.cloudserver.yml: three sources; "lab" may fail, and "old" may use the last cached response
plugin: cloudserver.compute.cloudserver
groups_by: [tags, source, power_state]
exclude:
  - "'no-ansible' in cloudserver_tags"
hostnames:
  - cloudserver_metadata.fqdn
  - name
sources:
  - name: shop
    cloud: huawei
  - name: lab
    cloud: lab
    on_error: warn
  - name: old
    cloud: old-stack
    not_tags: [retired]
    on_error: use_stale
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible-inventory
"""

import gc
import os
import re
import time
from typing import Any, Dict, Iterable, Mapping, Tuple

from ansible import constants as C
from ansible import template
from ansible.errors import AnsibleError, AnsibleParserError, AnsibleUndefinedVariable
from ansible.inventory.host import Host
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable, get_cache_plugin
from ansible.utils.path import basedir

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.printable import printable
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import host_names, untrusted_text
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import hosts as inventory_hosts
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import sources as inventory_sources
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.cache import InventoryCache
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.hosts import InvalidHosts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import AUTH_OPTIONS
from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder
from ansible_collections.cloudserver.compute.plugins.plugin_utils.host_draft import HostDraft

MARK: Any = None
#: From ansible-core 2.19 on nothing is a template unless it is trusted, and what is not trusted is not written plainly.
TRUST: Any = getattr(template, "trust_as_template", None)
if TRUST is None:
    # Below, every text is a template unless it is marked.
    from ansible.utils.unsafe_proxy import AnsibleUnsafeText

    MARK = AnsibleUnsafeText

_EXPRESSIONS = ("compose", "groups", "keyed_groups", "include", "exclude", "hostnames")
_NAMES = ("cloudserver.yml", "cloudserver.yaml")
#: The number of names in a warning.
_SHOWN = 3
#: The maximum number of times that hosts are renamed because composed groups have their names.
_ROUNDS = 4
#: Record, variables, name of the source.
Entry = Tuple[Dict[str, Any], Dict[str, Any], str]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Hosts from cloud servers."""

    #: Ansible's InventoryData; a HostDraft while a host is composed.
    inventory: Any

    NAME = "cloudserver.compute.cloudserver"

    _given: dict[str, Any] = {}
    _given_sources: Any = None

    def verify_file(self, path: str) -> bool:
        name = os.path.basename(path)
        named = name in _NAMES or name.endswith(tuple("." + each for each in _NAMES))
        if not super().verify_file(path):
            return False
        if not named and name.endswith((".yml", ".yaml")) and _is_for_this_plugin(path, self.NAME):
            # Ansible itself says no more than that no plugin could read the file.
            self._warn(
                "%s names the plugin %s, but is not read by it: rename the file so that its name ends with "
                ".cloudserver.yml or .cloudserver.yaml" % (path, self.NAME)
            )
        return named

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        if not session.HAS_REQUESTS:
            raise AnsibleParserError("the inventory needs the Python library requests, which ansible's Python lacks")
        config = self._read_config_data(path)
        self._texts = untrusted_text.TextMarker(MARK, TRUST)
        collecting = gc.isenabled()
        # Thousands of records, none of them part of a cycle: looking for cycles takes a quarter of the time.
        gc.disable()
        try:
            self._build(path, config, cache)
        finally:
            if collecting:
                gc.enable()

    def _build(self, path: str, config: Mapping[str, Any], cache: bool) -> None:
        try:
            known = set(self._options).union(inventory_sources.ALIASES)
            unknown = sorted(str(name) for name in config if name not in known)
            if unknown:
                raise InvalidHosts("the inventory plugin has no option %s" % ", ".join(unknown))
            sources = inventory_sources.sources(self._given, self._given_sources)
            expressions = str([config.get(name) for name in _EXPRESSIONS])
            fields = inventory_hosts.variable_names(
                self.get_option("vars_prefix"), self.get_option("fields"), expressions
            )
            self._check(sources)
            kept = self._inventory_cache()
            try:
                spec = self._record_spec(config, fields, expressions)
                folder = run_folder.run_folder()
                found = inventory_sources.gather(
                    sources, os.environ, self._warn, kept, read=cache, spec=spec, run_folder=folder
                )
            finally:
                if kept:
                    # Now, so that a good answer stays even if another source ends everything.
                    self.update_cache_if_changed()
        except InvalidHosts as error:
            raise AnsibleParserError(printable("%s: %s" % (path, error))) from None
        entries = self._entries(found, fields)
        # A text in place of a list would be split at its commas.
        for option, wanted in (("include", True), ("exclude", False)):
            conditions = _as_list(config.get(option))
            if conditions:
                entries = [entry for entry in entries if self._any(option, conditions, entry[1]) == wanted]
        self._populate(entries, _as_list(config.get("hostnames")) or ["name"])

    def _record_spec(
        self, config: Mapping[str, Any], variables: list[tuple[str, str]], expressions: str
    ) -> inventory_sources.RecordSpec:
        """The fields that the hosts need. The default of ``fields`` contains image, but does not request its name."""
        groups_by = self.get_option("groups_by")
        fields = self.get_option("fields") if config.get("fields") else ()
        return inventory_sources.RecordSpec(
            frozenset(inventory_hosts.record_fields(variables, groups_by, _as_list(config.get("hostnames")))),
            inventory_hosts.needs_image_names(self.get_option("vars_prefix"), fields, groups_by, expressions),
        )

    # -- options -----------------------------------------------------------------------------------------------

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Renders what may be a template first: a templated number or list is one only afterwards."""
        if direct:
            self.templar.available_variables = self._vars or {}
            known = set(inventory_sources.SPEC).union(inventory_sources.ALIASES)
            own = {name: self._render(value, name) for name, value in direct.items() if name in known}
            direct = dict(direct, **own)
            self._given = {name: value for name, value in own.items() if value is not None}
            self._given_sources = direct.get("sources")
            if self._given_sources is not None:
                self._given_sources = direct["sources"] = self._render(self._given_sources, "sources")
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)

    def _render(self, value: Any, where: str) -> Any:
        if isinstance(value, Mapping):
            return {str(key): self._render(each, "%s.%s" % (where, key)) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._render(each, "%s[%d]" % (where, number)) for number, each in enumerate(value, 1)]
        if value is None or isinstance(value, (bool, int, float)):
            return value
        try:
            # Anything else is a vaulted value, which turns into its text here.
            return self.templar.template(value) if isinstance(value, str) else str(value)
        except AnsibleError as error:
            # Below a secret the message may quote the template, which may quote the secret.
            hidden = where.rsplit(".", 1)[-1] in AUTH_OPTIONS and not isinstance(error, AnsibleUndefinedVariable)
            text = "it cannot be rendered or decrypted" if hidden else str(error)
            raise AnsibleParserError("the template of the option %s fails: %s" % (where, text)) from None

    def _check(self, sources: list[inventory_sources.InventorySource]) -> None:
        stale = [source.name for source in sources if source.on_error == inventory_sources.USE_STALE]
        if stale and not self.get_option("cache"):
            raise InvalidHosts("on_error: use_stale of source %s needs cache: true" % ", ".join(stale))

    # -- servers -----------------------------------------------------------------------------------------------

    def _inventory_cache(self) -> InventoryCache | None:
        if not self.get_option("cache"):
            return None
        options = {"_uri": self.get_option("cache_connection"), "_prefix": self.get_option("cache_prefix")}
        options = {name: value for name, value in options.items() if value is not None}
        # Never forgotten by the cache itself, for use_stale; Kept judges the age.
        self._cache = get_cache_plugin(self.get_option("cache_plugin"), _timeout=0, **options)
        return InventoryCache(self._cache, self.get_option("cache_timeout"), time.time)

    def _entries(self, found: Iterable[Any], fields: list[tuple[str, str]]) -> list[Entry]:
        """(record, variables, source) of each server, once."""
        own_source = self.get_option("vars_prefix") + "source"
        texts, apply = self._texts, self._texts.apply
        entries = []
        seen = set()
        for source, place, records in found:
            for record in records:
                if (place, record["id"]) in seen:
                    continue
                seen.add((place, record["id"]))
                # Most values are texts or missing, and a call for each of them takes a tenth of the time.
                variables = {
                    variable: texts[value] if (value := record[field]).__class__ is str else value and apply(value)
                    for variable, field in fields
                }
                variables[own_source] = apply(source.name)
                host = inventory_hosts.address(record, source.connect_with)
                if host:
                    variables["ansible_host"] = apply(host)
                entries.append((record, variables, source.name))
        return entries

    # -- hosts -------------------------------------------------------------------------------------------------

    def _any(self, option: str, conditions: list[str], variables: dict[str, Any]) -> bool:
        for condition in conditions:
            try:
                if self._holds(condition, variables):
                    return True
            except AnsibleError as error:
                if self.get_option("strict") or not isinstance(error, AnsibleUndefinedVariable):
                    text = "%s: the condition %s cannot be evaluated: %s" % (option, condition, error)
                    raise AnsibleParserError(printable(text)) from None
        return False

    def _holds(self, condition: Any, variables: dict[str, Any]) -> bool:
        """Whether the value is true as Jinja's ``if`` has it: a list that is not empty is, on every ansible-core."""
        if not isinstance(condition, str):
            return bool(condition)
        self.templar.available_variables = variables
        if hasattr(self.templar, "evaluate_expression"):
            # Not evaluate_conditional, which takes nothing but booleans.
            return bool(self.templar.evaluate_expression(condition))
        return bool(boolean(self.templar.template("{%% if %s %%}True{%% else %%}False{%% endif %%}" % condition)))

    def _hostname(
        self,
        candidates: list[str],
        record: dict[str, Any],
        variables: dict[str, Any],
        refused: list[str],
        undefined: dict[str, int],
    ) -> str:
        """The first candidate that can name a host, else the id; the names that cannot go to ``refused``, and
        ``undefined`` counts the servers by the expression that is undefined for them."""
        for candidate in candidates:
            if candidate in ("name", "id", "private_ip", "public_ip"):
                value = inventory_hosts.field_value(record, candidate)
            else:
                try:
                    value = self._compose(candidate, variables)
                except AnsibleError as error:
                    if self.get_option("strict") or not isinstance(error, AnsibleUndefinedVariable):
                        text = "hostnames: the expression %s cannot be evaluated: %s" % (candidate, error)
                        raise AnsibleParserError(printable(text)) from None
                    undefined[candidate] = undefined.get(candidate, 0) + 1
                    continue
            if host_names.is_host_name(value):
                return str.__str__(value)
            if value and not isinstance(value, bool):
                refused.append(str(value))
        return host_names.host_name_of_id(str(record["id"]))

    def _named(self, entries: list[Entry], hostnames: list[str]) -> list[tuple[str, str, str]]:
        """(name, id, source) of each server, not yet unique, with one warning for all names that cannot be had."""
        refused: list[str] = []
        undefined: dict[str, int] = {}
        found = [
            (self._hostname(hostnames, record, variables, refused, undefined), str(record["id"]), source)
            for record, variables, source in entries
        ]
        never = [candidate for candidate, count in undefined.items() if count == len(entries)]
        # A key of the metadata may be missing on all servers; a variable that does not exist is misspelt.
        names = [set(re.findall(r"\b%s\w+" % re.escape(self.get_option("vars_prefix")), text)) for text in never]
        misspelt = [text for text, used in zip(never, names) if used - set(entries[0][1])]
        if len(never) == len(hostnames):
            misspelt = never
        if misspelt:
            self._warn(
                "hostnames: %s is undefined for all %d servers, so no host has its name; check the spelling"
                % (shortened(misspelt, _SHOWN), len(entries))
            )
        if refused:
            shown = shortened(["'%s'" % name[:60] for name in refused], _SHOWN)
            self._warn(
                "%d server names cannot name a host, such as %s: a host's name is made of letters, digits, '.', '_' "
                "and '-' and does not begin with '.' or '-'. These servers have their next name of hostnames, or "
                "their id" % (len(refused), shown)
            )
        return found

    def _populate(self, entries: list[Entry], hostnames: list[str]) -> None:
        groups_by = self.get_option("groups_by")
        safe: dict[str, str] = {}
        memberships = []
        for record, _variables, source in entries:
            raw = list(inventory_hosts.group_names(record, source, groups_by))
            for name in raw:
                if name not in safe:
                    safe[name] = self.inventory.add_group(self._sanitize_group_name(name))
            memberships.append([safe[name] for name in raw])
        wanted = self._named(entries, hostnames)
        # A host of one of these names would be taken for the group, or for the machine that Ansible runs on.
        reserved = set(self.inventory.groups) | set(C.LOCALHOST) | {"all", "ungrouped"}
        # A host that another file made of another server is not to be mixed with this one's variables.
        known = self.get_option("vars_prefix") + "id"
        for name, key, _source in wanted:
            observed = self.inventory.hosts.get(name)
            if observed is not None and observed.vars.get(known, key) != key:
                reserved.add(name)
        # add_host looks up the folder of the file for each host, with a stat; it is the same for all of them.
        source = self.inventory.current_source
        where = {"inventory_file": source, "inventory_dir": basedir(source) if source else None}
        self.inventory.current_source = None
        try:
            if any(self.get_option(name) for name in ("compose", "groups", "keyed_groups")):
                self._add_drafts(self._drafts(wanted, entries, memberships, reserved, where), memberships)
            else:
                self._add_hosts(host_names.unique(wanted, reserved), entries, memberships, where)
        finally:
            self.inventory.current_source = source

    def _add_hosts(
        self, names: list[str], entries: list[Entry], memberships: list[list[str]], where: dict[str, Any]
    ) -> None:
        for name, entry, member_of in zip(names, entries, memberships):
            new = name not in self.inventory.hosts
            self._add_host(name, member_of).vars.update(where if new else {}, **entry[1])

    def _add_host(self, name: str, member_of: list[str]) -> Host:
        """The host of the inventory. Its variables are set by the caller, and not by set_variable, which looks into
        every value for templates to trust: three seconds for 10,000 hosts."""
        self.inventory.add_host(name, group=member_of[0] if member_of else None)
        host = self.inventory.hosts[name]
        for group in member_of[1:]:
            # Not by name: Ansible looks for a group of the host's name first.
            self.inventory.groups[group].add_host(host)
        return host

    # -- compose, groups, keyed_groups -------------------------------------------------------------------------

    def _drafts(
        self,
        wanted: list[tuple[str, str, str]],
        entries: list[Entry],
        memberships: list[list[str]],
        reserved: set[str],
        where: dict[str, Any],
    ) -> list[HostDraft]:
        """Each server as a host with its composed variables and groups, under a name that no group has."""
        names = host_names.unique(wanted, reserved)
        found: list[Any] = [None] * len(names)
        unsettled = list(range(len(names)))
        for _round in range(_ROUNDS):
            for index in unsettled:
                found[index] = self._draft(names[index], entries[index][1], memberships[index], where)
            made = set().union(*(draft.group_names() for draft in found))
            if made.isdisjoint(names):
                break
            reserved |= made
            before, names = names, host_names.unique(wanted, reserved)
            unsettled = [index for index, name in enumerate(names) if name != before[index]]
        # A group that is named after the host that is in it follows the host from name to name. Ansible warns of both.
        return found

    def _draft(self, name: str, variables: dict[str, Any], member_of: list[str], where: dict[str, Any]) -> HostDraft:
        known = self.inventory.hosts.get(name)
        own = variables if known else dict(where, **variables)
        draft = HostDraft(name, own, [self.inventory.groups[group] for group in member_of], known, self._texts.apply)
        strict = self.get_option("strict")
        inventory = self.inventory
        self.inventory = draft
        try:
            self._set_composite_vars(self.get_option("compose"), draft.host.get_vars(), name, strict=strict)
            composed = draft.host.get_vars()
            self._add_to_composed_groups(draft, composed, strict)
            keyed = self.get_option("keyed_groups")
            self._add_host_to_keyed_groups(keyed, composed, name, strict=strict, fetch_hostvars=False)
        finally:
            self.inventory = inventory
        return draft

    def _add_to_composed_groups(self, draft: HostDraft, variables: dict[str, Any], strict: bool) -> None:
        """As Ansible's own method, but for conditions whose value is not a boolean, which it refuses from 2.19 on."""
        for group, condition in (self.get_option("groups") or {}).items():
            name = self._sanitize_group_name(group)
            try:
                holds = self._holds(condition, variables)
            except AnsibleError as error:
                if strict:
                    text = "Could not add host %s to group %s: %s" % (draft.host.name, name, error)
                    raise AnsibleParserError(printable(text)) from None
                continue
            if holds:
                draft.add_host(draft.host.name, draft.add_group(name))

    def _add_drafts(self, drafts: list[HostDraft], memberships: list[list[str]]) -> None:
        parents: dict[tuple[str, str], None] = {}
        for draft, member_of in zip(drafts, memberships):
            for group in draft.groups:
                self.inventory.add_group(group)
            self._add_host(draft.host.name, member_of + list(draft.groups)).vars = draft.host.vars
            parents.update(draft.parents)
        for parent, child in parents:
            self.inventory.add_group(parent)
            try:
                if child in (parent, "all"):
                    raise AnsibleError("a group cannot contain itself, and the group all contains every other")
                self.inventory.groups[parent].add_child_group(self.inventory.groups[child])
            except AnsibleError as error:
                # The names come from the cloud: a tag that is called as the parent must not empty the inventory.
                self._warn("keyed_groups: the group %s is not put into %s: %s" % (child, parent, error))

    def _warn(self, text: str) -> None:
        self.display.warning(printable(text))


def _is_for_this_plugin(path: str, name: str) -> bool:
    """Whether a file of another name says that it is for this plugin; nothing is wrong with one that cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            beginning = file.read(4096)
    except OSError:
        return False
    return re.search(r"^plugin:\s*[\"']?%s[\"']?\s*(#.*)?$" % re.escape(name), beginning, re.MULTILINE) is not None


def _as_list(value: Any) -> list[str]:
    # Not copied as texts: a copy has lost the mark of a template that may be evaluated.
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
