"""``site``: the course as static pages, which work from any web server; ``--serve`` shows them."""

from __future__ import annotations

import argparse
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lstm_lessons.commands.arguments import port
from lstm_lessons.environment.clone import Clone


def main(arguments: list[str]) -> int:
    """Build the site, and show it if that is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons site",
        description="Make pages of the lessons that need no server of their own and no network, "
        "and whose explorers move.",
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where (default: build/site)"
    )
    parser.add_argument("--serve", action="store_true", help="show it on this machine alone")
    parser.add_argument("--port", type=port, default=8000, metavar="N", help="where to serve it")
    asked = parser.parse_args(arguments)
    clone = Clone.here()
    folder = (asked.folder or clone.root / "build" / "site").expanduser().absolute()

    from lstm_lessons.site import addresses, builder

    builder.build(clone.root, folder)
    print(f"The site is in {folder}", flush=True)
    if not addresses.addresses(clone.root).site:
        print("It has no sitemap.xml: pyproject.toml sets no address in [tool.lstm-lessons].")
    if asked.serve:
        serve(folder, asked.port)
    return 0


def serve(folder: Path, port: int) -> None:
    """Show a folder on loopback until it is interrupted."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/ (stop it with Ctrl-C)", flush=True)
        server.serve_forever()
