# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removes secrets from the result of a task, the same way in the worker and in a shipped module; pure functions.

AnsibleModule masks every text that equals or contains a secret. With the password ``openstack`` the platform of a
handle would be masked, and the next task could not use the handle. So values that cannot be secret are recognized by
their key here, and messages, which quote the cloud, are redacted in every encoding.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible.module_utils.common.parameters import remove_values

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.printable import printable
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import redact

#: Words of closed vocabularies, and ids. A mask in them would break the next task, and reveal the secret.
CLOSED_KEYS = frozenset((
    "platform", "region", "status", "outcome", "action", "actions", "state", "power_state", "vm_state", "task_state",
    "previous_state", "kind", "type", "version", "interface", "binary", "done", "completed_steps", "policy", "method",
    "id", "ids", "ip", "ips", "mac", "mac_address", "private_ips", "public_ips", "server_id", "job_id", "request_id",
    "code", "project_id", "user_id", "created", "updated", "launched_at",
))  # fmt: skip
#: What else says which thing a record is of. Somebody may have given it a secret for a name; a secret that is a mere
#: word is there by chance.
NAME_KEYS = frozenset((
    "name", "names", "tags", "host", "hostname", "hypervisor_hostname", "network", "zone", "availability_zone",
    "server", "image", "flavor", "key_name", "device",
))  # fmt: skip
#: Whole values that have no place for a secret, and must come back as they went out.
PLAIN_TREES = frozenset(("handle", "plan"))
#: Mappings with arbitrary keys, whose keys do not describe their values.
FREE_KEYS = frozenset((
    "metadata", "raw", "extra_specs", "properties", "hints", "scheduler_hints", "files", "passwords", "filters",
))  # fmt: skip
_MASKED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
#: Of an option that does not exist, or that has the wrong type: it may be a misspelt ``password``.
_UNKNOWN = "VALUE_OF_AN_UNKNOWN_OPTION"


def clean_message(text: str, secrets: Iterable[str], lines: bool = False) -> str:
    """A message without secrets and control characters; with ``lines`` it may have several lines."""
    return printable(redact(text, secrets), lines)


def clean_result(found: Mapping[str, Any], secrets: Iterable[str], message_secrets: Iterable[str]) -> dict[str, Any]:
    """A task's result without secrets: ``message_secrets`` are removed from messages, ``secrets`` from all values."""
    hidden = {secret for secret in secrets if secret}
    said = tuple(message_secrets)
    clean: dict[str, Any] = mask(found, hidden)
    for key in ("msg", "exception"):
        if isinstance(found.get(key), str):
            clean[key] = clean_message(found[key], said, lines=key == "exception")
    if isinstance(found.get("error"), Mapping):
        clean["error"] = _clean_said(found["error"], said)
    outcomes = found.get("outcomes")
    if isinstance(outcomes, list):
        clean["outcomes"] = [
            dict(masked, **_clean_said({key: each[key] for key in ("message", "hint") if key in each}, said))
            for masked, each in zip(clean["outcomes"], outcomes)
        ]
    return clean


def _clean_said(said: Mapping[str, Any], secrets: tuple[str, ...]) -> dict[str, Any]:
    return {key: clean_message(value, secrets) if isinstance(value, str) else value for key, value in said.items()}


def mask(value: Any, secrets: set[str], by_key: bool = True) -> Any:
    """The value with each secret in its texts masked, except for keys whose values cannot be secret."""
    if isinstance(value, str):
        return remove_values(value, secrets) if any(secret in value for secret in secrets) else value
    if isinstance(value, Mapping):
        return {key: _mask_at(str(key), each, secrets, by_key) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(each, secrets, by_key) for each in value]
    return value


def _mask_at(key: str, value: Any, secrets: set[str], by_key: bool) -> Any:
    if by_key and (key in PLAIN_TREES or (key in CLOSED_KEYS and _is_flat(value))):
        return value
    if by_key and key in NAME_KEYS and _is_flat(value):
        secrets = {secret for secret in secrets if not _is_word(secret)}
    return mask(value, secrets, by_key and key not in FREE_KEYS)


def _is_word(secret: str) -> bool:
    """Whether a secret is so short or simple that a name may contain it by chance."""
    return len(secret) < 8 or secret.isalpha() or secret.isdigit()


def _is_flat(value: Any) -> bool:
    """Whether it is a string, or a list of strings."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def invocation(params: Mapping[str, Any], spec: Mapping[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """The invocation of the module for the result: values of options with ``no_log``, and of options that do not exist,
    are omitted."""
    hidden = {secret for secret in secrets if secret}
    known = set(spec).union(*(option.get("aliases") or () for option in spec.values()))
    shown: dict[str, Any] = {}
    for name, value in params.items():
        option = spec.get(name) or {}
        if name not in known or (option.get("options") and isinstance(value, str)):
            shown[name] = _UNKNOWN
        elif option.get("no_log"):
            shown[name] = None if value is None else _MASKED
        elif option.get("options") and isinstance(value, Mapping):
            shown[name] = invocation(value, option["options"], hidden)
        elif option.get("options") and isinstance(value, (list, tuple)):
            shown[name] = [
                invocation(each, option["options"], hidden) if isinstance(each, Mapping) else mask(each, hidden)
                for each in value
            ]
        else:
            shown[name] = _mask_at(name, value, hidden, True)
    return shown
