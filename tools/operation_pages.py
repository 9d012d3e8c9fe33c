"""Writes the documentation's pages of all operations and of their parameters from docs/operations.yml."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from ansible_collections.cloudserver.compute.tools import operation_checks
from ansible_collections.cloudserver.compute.tools.operations import (
    COLLECTION,
    HEADING,
    INVENTORY,
    MODULES,
    ROOT,
    Operation,
    Parameters,
    everything,
    load,
    load_common,
    read,
    summary,
)

_PAGES = ROOT / "docs" / "docsite" / "rst"
OPERATION_PAGE = _PAGES / "operations.rst"
PARAMETER_PAGE = _PAGES / "operation_parameters.rst"
_LICENSE = """\
.. Copyright: (c) 2026, cloudserver.compute contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later

.. Made from docs/operations.yml by tools/operation_pages.py; change that and run: make operations-page

"""
_OPERATIONS = (
    _LICENSE
    + """\
.. _ansible_collections.cloudserver.compute.docsite.operations:

Operations
==========

Every operation that the vendors' documents describe, the title of the section that describes it, the module that
reaches it and the options that lead to it. A title that is a link leads to the vendor's page.

The ``openstack`` platform has the operations of EasyStack but for live resize, by the same modules.
``make operations-report`` shows by which tests each of them is driven. The parameters of each operation are on the page
:ref:`ansible_collections.cloudserver.compute.docsite.operation_parameters`.
"""
)
_PARAMETERS = (
    _LICENSE
    + """\
.. _ansible_collections.cloudserver.compute.docsite.operation_parameters:

Parameters
==========

Every parameter that the vendors' documents name, and the option that is sent as it. The operations are those of the
page :ref:`ansible_collections.cloudserver.compute.docsite.operations`; ids in the path are left out.

{}

.. contents::
   :local:
   :depth: 1
"""
)
_COLUMNS = ("Operation", "Section of the document", "Request", "Module", "Options")
#: From this number of fields on, a list that another operation has is not repeated.
_LONG = 5


# -- the operations ---------------------------------------------------------------------------------------------------


def operation_page(operations: Sequence[Operation]) -> str:
    """The page of the operations. Only a module that exists is linked to."""
    parts = [_OPERATIONS]
    for platform in dict.fromkeys(operation.platform for operation in operations):
        rows = [_cells(operation) for operation in operations if operation.platform == platform]
        parts += [_heading(platform), table(_COLUMNS, rows)]
    return "".join(parts)


def _heading(platform: str) -> str:
    title = f"{HEADING[platform]} (``{platform}``)"
    return f"\n{title}\n{'-' * len(title)}\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in reStructuredText."""
    lines = [
        f"   * - {row[0]}\n" + "".join(f"     - {cell}".rstrip() + "\n" for cell in row[1:]) for row in (head, *rows)
    ]
    return "\n.. list-table::\n   :header-rows: 1\n   :widths: auto\n\n" + "".join(lines)


def _cells(operation: Operation) -> tuple[str, str, str, str, str]:
    modules = ", ".join(module_reference(module) for module in operation.modules) or "the connection of every module"
    options = ", ".join(_option_reference(operation, option) for option in operation.options)
    title = f"{operation.id}: {operation.name}"
    return title, _section(operation), _request(operation), modules, options


def _section(operation: Operation) -> str:
    """The title of the document's section, a link where the address of the vendor's page is known."""
    return f"`{operation.section} <{operation.link}>`__" if operation.link else operation.section


def _request(operation: Operation) -> str:
    request = f"``{operation.method} {operation.path}``" if operation.method != "*" else "every request"
    return request + (f", ``{operation.action}``" if operation.action else "")


def _option_reference(operation: Operation, option: str) -> str:
    """A link to an option of the first module; connections have the same options in every module."""
    first = next(iter(operation.modules), "")
    exists = (MODULES / f"{first}.py").exists()
    if not exists:
        return f"``{option}``"
    name, *rest = option.split(".")
    lists = (operation_checks.option_spec(first, name) or {}).get("type") == "list"
    return f":ansopt:`{COLLECTION}.{first}#module:{'.'.join([name + ('[]' if lists and rest else ''), *rest])}`"


def module_reference(module: str) -> str:
    """A link to a module or the inventory plugin; the plain name of what is neither."""
    if module == INVENTORY:
        return f":ansplugin:`{COLLECTION}.cloudserver#inventory`"
    existing = (MODULES / f"{module}.py").exists()
    return f":ansplugin:`{COLLECTION}.{module}#module`" if existing else f"``{module}``"


# -- the parameters ---------------------------------------------------------------------------------------------------


def parameter_page(operations: Sequence[Operation], common: Mapping[str, Parameters]) -> str:
    """The page of the parameters: one table for each operation that has some."""
    parts = [_PARAMETERS.format(summary([*common.values(), *(each.parameters for each in operations)]))]
    for platform, every in common.items():
        parts.append(_heading(platform))
        of_all = Operation("", platform, "*", "*", "", (), (), every)
        known: list[tuple[str, Mapping[str, str]]] = []
        for operation in (of_all, *(each for each in operations if each.platform == platform)):
            parts += _part(operation, known)
    return "".join(parts)


def _part(operation: Operation, known: list[tuple[str, Mapping[str, str]]]) -> Iterator[str]:
    """The heading and the table of an operation; nothing for one without parameters. ``known`` collects the lists of
    fields that are on the page."""
    found = operation.parameters
    rows = [*_parameter_rows(operation), *_field_rows(found.fields_dropped, known)]
    if not rows:
        return
    title = f"{operation.id}: {operation.name}, {_request(operation)}" if operation.id else "Every request"
    yield f"\n{title}\n{'~' * len(title)}\n"
    yield table(("Parameter", "Option, or how it is reached"), rows)
    if len(found.fields_dropped) >= _LONG:
        known.append((operation.id, found.fields_dropped))


def _parameter_rows(operation: Operation) -> Iterator[tuple[str, str]]:
    """The parameters that are reached in the same way together, in the order of the file."""
    found = operation.parameters
    ways = {
        name: ", ".join(_option(operation, option) for option in options) for name, options in found.reached.items()
    }
    ways.update((name, f"the collection: {reason}") for name, reason in found.derived.items())
    ways.update((name, f"by {other}") for name, other in found.instead.items())
    ways.update((name, f"**not reached**: {reason}") for name, reason in found.unreached.items())
    shown = {name: f"``{name}`` (as ``{sent}``)" for name, sent in found.sent_as.items()}
    return ((names, way) for way, names in _together(ways, shown))


def _together(ways: Mapping[str, str], shown: Mapping[str, str] = MappingProxyType({})) -> Iterator[tuple[str, str]]:
    """Each value with the names that have it; ``shown`` are the texts of names that are not shown as they are."""
    for way in dict.fromkeys(ways.values()):
        yield way, ", ".join(shown.get(name, f"``{name}``") for name, each in ways.items() if each == way)


def _option(operation: Operation, option: str) -> str:
    """A link to the option; a key that only its description has cannot be linked to."""
    module = next(iter(operation.modules), "")
    if not module or ((module, option.partition(".")[0]) in operation_checks.FREE_KEYS and "." in option):
        return f"``{option}``"
    return _option_reference(operation, option)


def _field_rows(
    dropped: Mapping[str, str], known: Sequence[tuple[str, Mapping[str, str]]]
) -> Iterator[tuple[str, str]]:
    """The fields of the response that no result shows, those with the same reason together."""
    left = dict(dropped)
    for other, fields in known:
        if fields.items() <= left.items():
            yield f"fields of {other}", "the response has them, and no result shows them, as there"
            left = {name: reason for name, reason in left.items() if name not in fields}
            break
    yield from ((f"response: {names}", f"**not shown**: {reason}") for reason, names in _together(left))


def main(argv: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(argv)
    found = operation_checks.problems(read())
    if found:
        print("\n".join(found), file=sys.stderr)
        return 1
    OPERATION_PAGE.write_text(operation_page(load()))
    PARAMETER_PAGE.write_text(parameter_page(load(), load_common()))
    print(summary(everything()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
