"""python3 tests/simulator: four cloud dialects on loopback, for tests, demos and rehearsals."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Python puts the folder that it runs in front of the path, where `http` would hide the standard library's.
HERE = Path(__file__).resolve().parent
sys.path[:] = [str(HERE.parent), *(entry for entry in sys.path if Path(entry or ".").resolve() != HERE)]

EPILOG = """The ready file is JSON: pid, port, url, control (the address of the control side), platforms (connection
options of a task, one entry a platform), credentials (further users, keys and regions). It appears when the
simulator listens and is removed when it ends. The configuration file is described in default.yml, beside this
program."""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 tests/simulator", description=__doc__, epilog=EPILOG)
    parser.add_argument("--ready-file", metavar="F", help="write the connection options to this file")
    parser.add_argument("--clouds", metavar="D", help="write clouds.yaml and huaweicloud.sh to this directory")
    parser.add_argument("--config", metavar="C", help="YAML file with the servers to start with")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port to listen on; 0 (default): a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--show-requests", action="store_true", help="print each request as a line")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return parser.parse_args(arguments)


def write_private(path: Path, text: str) -> None:
    """Atomically, and readable by the owner only: it holds the simulator's credentials."""
    partial = path.with_name("%s.%d" % (path.name, os.getpid()))
    partial.write_text(text, encoding="utf-8")
    partial.chmod(0o600)
    partial.replace(path)


def print_request(entry: Mapping[str, Any]) -> None:
    """One line: platform, method, path, status, and what the operation is called."""
    name = entry["operation"] or entry["name"] or ""
    query = "?" + "&".join("=".join(pair) for pair in entry["query"]) if entry["query"] else ""
    print(
        "%-11s %-6s %s%s  %s  %s"
        % (entry["platform"], entry["method"], entry["path"], query, entry["status"] or "-", name),
        flush=True,
    )


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    # Imported only now: any Python shows the help, and only that of the project's environment has these packages.
    try:
        from simulator.app import create_app
        from simulator.http.server import make_server
        from simulator.ready_file import clouds_yaml, first_commands, huaweicloud_environment, ready_document
        from simulator.state.config import ConfigError, load
        from simulator.state.simulator import Simulator
    except ImportError as error:
        print(
            "simulator: %s. Run it by `make simulator`, or by the Python of the project's environment: "
            ".venv/bin/python tests/simulator" % error,
            file=sys.stderr,
        )
        return 2
    ready = Path(options.ready_file) if options.ready_file else None
    clouds = Path(options.clouds) if options.clouds else None
    written: list[Path] = []
    try:
        sim = Simulator(load(options.config))
    except ConfigError as error:
        print("simulator: %s" % error, file=sys.stderr)
        return 2
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: ended.set())
    try:
        show = print_request if options.show_requests and not options.quiet else None
        server = make_server(create_app(sim, show), options.host, options.port)
    except OSError as error:
        print("simulator: cannot listen on %s port %d: %s" % (options.host, options.port, error), file=sys.stderr)
        return 1
    sim.base_url = "http://%s:%d" % (options.host, server.bind_addr[1])
    broken: list[BaseException] = []

    def serve() -> None:
        try:
            server.serve()
        except BaseException as error:
            # Without this the program would go on running, and answer nothing.
            broken.append(error)
            ended.set()

    threading.Thread(target=serve, daemon=True).start()
    try:
        if ready is not None:
            write_private(ready, json.dumps(ready_document(sim), indent=2) + "\n")
            written.append(ready)
        if clouds is not None:
            clouds.mkdir(parents=True, exist_ok=True)
            for name, text in (("clouds.yaml", clouds_yaml(sim)), ("huaweicloud.sh", huaweicloud_environment(sim))):
                write_private(clouds / name, text)
                written.append(clouds / name)
        if not options.quiet:
            counts = ", ".join("%s %d" % (name, len(fleet.servers)) for name, fleet in sim.fleets.items())
            print("simulator: listening on %s (servers: %s)" % (sim.base_url, counts), flush=True)
            if clouds is not None:
                print("\nIn another terminal, in this directory:\n", flush=True)
                for command in first_commands(str(clouds)):
                    print("  %s" % command, flush=True)
                print("", flush=True)
        ended.wait()
        if broken:
            print("simulator: the server failed: %r" % broken[0], file=sys.stderr)
            return 1
    except OSError as error:
        print("simulator: cannot write the ready file or clouds.yaml: %s" % error, file=sys.stderr)
        return 1
    finally:
        for path in written:
            path.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    # Worker threads may sleep in an injected latency; do not wait for them.
    os._exit(status)
