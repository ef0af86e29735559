"""A real JupyterHub on loopback, for the scripts that try the lessons on one.

JupyterHub's proxy comes from npm, its packages and the learners' from where pip is set up to find
them. Where root runs it, and others may enter where the Python is, learners are users of this
machine, made for the time of the trial; else all servers run as whoever runs it. Any name is let in
without a password: it listens on loopback alone.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from browser.server import free_port

from lstm_lessons.environment.clone import Clone
from lstm_lessons.workshop.hub import written
from on_a_hub import memory

PREFIX = "lesson-learner-"
"""How the users are called that are made on this machine, and taken away again."""
PROXY = "configurable-http-proxy"

PLAIN = (
    [
        "--AsyncMappingKernelManager.kernel_manager_class="
        "jupyter_server.services.kernels.kernelmanager.ServerKernelManager",
    ],
    {"OMP_NUM_THREADS": str(os.cpu_count())},
)
"""What a server gets to be as it is without the savings of `lab --hub`: arguments, variables."""

CONFIG = """
c = get_config()
load_subconfig({files!r} + "/lessons_config.py")
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = {spawner!r}
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.env_keep.append("LD_LIBRARY_PATH")  # for a Python whose libraries are not the system's
c.Spawner.args = ["--LabApp.expose_app_in_browser=True", *{arguments!r}]
c.JupyterHub.services = [{{"name": "trial", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "trial", "services": ["trial"],
    "scopes": ["admin:users", "admin:servers", "access:servers"],
}}]
c.Spawner.environment.update({environment!r})
"""


def prepared(place: Path, release: Path, python: str) -> Path:
    """Make a release ready for a hub, with the files that `hub` writes; return their folder.

    ``python`` makes its environment: one without the packages.
    """
    files = place / "hub_files"
    written.write(written.Asked(release=str(release), files=str(files)), files)
    command = ["sh", files / "prepare.sh", release, written.JUPYTERHUB]
    subprocess.run([*map(str, command)], check=True, env=os.environ | {"PYTHON": python})
    return files


def proxy(place: Path) -> Path:
    """Return JupyterHub's proxy, brought by npm unless it is there."""
    program = place / "node_modules" / ".bin" / PROXY
    if not program.exists():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", PROXY]
        subprocess.run(command, cwd=place, check=True)
    return program


def names(count: int) -> list[str]:
    """Return the names of so many learners."""
    return [f"{PREFIX}{number:02d}" for number in range(1, count + 1)]


@dataclass
class Hub:
    """A running hub: its address, the token that may ask it everything, its learners' homes."""

    address: str
    token: str
    homes: Path
    process: subprocess.Popen[bytes]
    log: Path

    async def stop(self, wanted: list[str]) -> None:
        """Stop learners' servers, and wait until they are gone."""
        told = {"Authorization": f"token {self.token}"}
        api = f"{self.address}/hub/api"
        async with httpx.AsyncClient(base_url=api, headers=told, timeout=60) as http:
            for name in wanted:
                await http.delete(f"/users/{name}/server")
        for _ in range(300):
            if not any(each.processes for each in memory.of_learners(wanted).values()):
                return
            await asyncio.sleep(0.2)
        raise RuntimeError("servers did not stop within a minute")

    def home(self, name: str) -> Path:
        """Return a learner's home."""
        return self.homes / name


@contextmanager
def running(
    place: Path, release: Path, files: Path, learners: int, plain: bool = False
) -> Iterator[Hub]:
    """Let a hub run while the block does, with users for so many learners."""
    homes = place / "homes"
    homes.mkdir(exist_ok=True)
    place.chmod(0o755)
    port, hub_port, proxy_port, token = free_port(), free_port(), free_port(), secrets.token_hex(16)
    python = release / ".venv" / "bin" / "python"
    own_users = os.geteuid() == 0 and _all_may_enter(python.resolve()) and _all_may_enter(place)
    state = place / "hub"
    state.mkdir(exist_ok=True)
    arguments, environment = PLAIN if plain else ([], {})
    config = CONFIG.format(
        **locals() | {"files": str(files), "homes": str(homes), "proxy": str(proxy(place))},
        spawner="localprocess" if own_users else "simple",
    )
    (state / "jupyterhub_config.py").write_text(config, encoding="utf-8")
    log = place / "hub.log"
    command = [python, "-m", "jupyterhub", "-f", state / "jupyterhub_config.py"]
    with _users(names(learners), homes) if own_users else nullcontext(), log.open("wb") as out:
        process = subprocess.Popen(
            [*map(str, command)], cwd=state, stdout=out, stderr=subprocess.STDOUT,
            env=os.environ | {"PATH": f"{python.parent}:{os.environ['PATH']}", "PYTHONPATH": ""},
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/hub/health", process, log)
            yield Hub(address, token, homes, process, log)
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            if process.poll() is None:
                process.kill()
            _forget(release)


def _forget(release: Path) -> None:
    """Take back what prepare.sh has told this machine's git, where it was root."""
    if os.geteuid() == 0:
        words = ["--system", "--fixed-value", "--unset-all", "safe.directory", f"{release}/.git"]
        subprocess.run(["git", "config", *words], check=False, capture_output=True)


def _all_may_enter(path: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))


@contextmanager
def _users(wanted: list[str], homes: Path) -> Iterator[None]:
    """Let the learners be users of this machine while the block runs."""
    made = []
    try:
        for name in wanted:
            with suppress(KeyError):
                pwd.getpwnam(name)
                raise SystemExit(f"There is a user {name} here already: take it away first.")
            command = ["useradd", "--home-dir", homes / name, "--shell", "/bin/sh"]
            command += ["--create-home", name]
            made.append(name)
            subprocess.run([*map(str, command)], check=True, capture_output=True)
        yield
    finally:
        for name in made:
            subprocess.run(["userdel", "--force", name], check=False, capture_output=True)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit(f"The hub did not start:\n{log.read_text(errors='replace')[-3000:]}")


def release_here(place: Path, route: str) -> Path:
    """Return a release in ``place``: a stick, made unless it is there, and then renewed."""
    there = place / "handed_out"
    renew = [sys.executable, "-m", "lstm_lessons", "release", str(there)]
    make = [*renew[:3], "stick", str(there), "--route", route, "--without-solutions"]
    subprocess.run(renew if there.exists() else make, check=True, cwd=Clone.here().root)
    return there
