"""The OpenStack client as a process that runs one command after the other; by the Python of the lab.

Reads lines with the arguments of a command, a list in JSON; writes a line with [status, output, errors] for each. The
start of the client takes longer than most commands.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import io
import json
import sys

from openstackclient import shell


def run(arguments: list[str]) -> tuple[int, str, str]:
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            status = int(shell.OpenStackShell().run(arguments) or 0)
        except SystemExit as end:
            status = int(bool(end.code))
    return status, output.getvalue(), errors.getvalue()


def main() -> None:
    answers = sys.stdout
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
