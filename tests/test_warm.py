"""Kernels forked from a warm process: each is a kernel of its own, and ends as one."""

import asyncio
import os
import signal
import sys
import time

import pytest

from lstm_lessons.publishing import warm, warm_on_a_hub
from lstm_lessons.publishing.offline import NAMESPACE, OfflineKernelManager, has_namespaces

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_namespaces(), reason="kernels are started one by one here"),
]


class Kernel:
    """A kernel that runs lines of code and returns what they print, or their error's name."""

    def __init__(self, **options):
        self.manager = OfflineKernelManager(kernel_name="python3")
        self.manager.start_kernel(**options)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code):
        printed = []
        reply = self.client.execute_interactive(
            code,
            stop_on_error=False,
            output_hook=lambda said: printed.append(said["content"].get("text", "")),
        )["content"]
        assert reply["status"] != "aborted"
        return reply.get("ename") or "".join(printed).strip()

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel():
    """A kernel in this folder, with this environment."""
    kernel = Kernel()
    yield kernel
    kernel.end()


def test_what_is_imported_first_is_there_and_no_names_are(kernel):
    assert kernel.run("import sys; print('torch' in sys.modules)") == "True"
    assert kernel.run("torch") == "NameError"


def test_no_kernel_sees_what_another_did(kernel):
    other = Kernel()
    kernel.run("import torch; torch.mine = 1; mine = 1")
    assert other.run("import torch; print(hasattr(torch, 'mine'))") == "False"
    assert other.run("mine") == "NameError"
    assert kernel.run("import os; print(os.getpid())") != other.run("import os; print(os.getpid())")
    other.end()


def test_the_folder_the_environment_and_the_path_are_those_of_any_kernel(tmp_path):
    (tmp_path / "beside.py").write_text("found = 3")
    kernel = Kernel(cwd=str(tmp_path), env={**os.environ, "LSTM_LESSONS_ASKED": "yes"})
    assert kernel.run("import os; print(os.getcwd())") == str(tmp_path)
    assert kernel.run("print(os.environ['LSTM_LESSONS_ASKED'])") == "yes"
    assert kernel.run("import beside; print(beside.found)") == "3"
    assert kernel.run("import sys; print(sys.path.count(''))") == "1"
    kernel.end()


def test_a_process_of_the_kernels_own_can_be_waited_for(kernel):
    assert kernel.run("import subprocess; print(subprocess.run(['false']).returncode)") == "1"


def test_it_can_be_interrupted(kernel):
    asked = kernel.client.execute(
        "import time; print('asleep', flush=True); time.sleep(60)",
        stop_on_error=False,  # else what is asked just after the error may be aborted, unrun
    )
    while kernel.client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=60)
    while reply["parent_header"]["msg_id"] != asked:  # on a busy machine, it was asked who it is
        reply = kernel.client.get_shell_msg(timeout=60)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.run("print(1)") == "1"


def test_the_end_of_a_kernel_is_seen(kernel):
    assert kernel.manager.is_alive()
    kernel.client.execute("import os; os._exit(3)")
    until(lambda: not kernel.manager.is_alive())


@pytest.mark.slow
def test_a_warm_process_that_was_killed_is_started_anew(kernel):
    first = int(kernel.run("import os; print(os.getppid())"))
    os.kill(first, signal.SIGKILL)
    until(lambda: warm.start((*NAMESPACE, sys.executable, "-c", warm.SERVE)).poll() is not None)
    again = Kernel()
    assert int(again.run("import os; print(os.getppid())")) != first
    again.end()


@pytest.mark.slow
def test_a_kernel_without_its_warm_process_ends(kernel):
    """As one does whose parent died: so none outlives an interrupted run of the tests."""
    os.kill(int(kernel.run("import os; print(os.getppid())")), signal.SIGKILL)
    until(lambda: not kernel.manager.is_alive())


@pytest.mark.slow
def test_a_learners_kernels_on_a_hub_are_forked_from_one_process():
    """They run, are interrupted and restarted as any other."""
    asyncio.run(_on_a_hub())


async def _on_a_hub():
    warm_on_a_hub.begin()
    managers = [warm_on_a_hub.HubKernelManager(kernel_name="python3") for _ in range(2)]
    parents = set()
    for each in managers:
        await each.start_kernel()
        parents.add(await _printed(each, "import os; print(os.getppid())"))
    assert parents == {str(warm.start(warm_on_a_hub.COMMAND).pid)}
    assert await _printed(managers[0], "import sys; print('torch' in sys.modules)") == "True"
    waiting = asyncio.create_task(_printed(managers[0], "import time; time.sleep(60)"))
    await asyncio.sleep(1)
    await managers[0].interrupt_kernel()
    assert await asyncio.wait_for(waiting, 20) == "KeyboardInterrupt"
    await managers[1].restart_kernel(now=True)
    assert await _printed(managers[1], "print(1)") == "1"
    for each in managers:
        await each.shutdown_kernel(now=True)
        assert not await each.is_alive()


async def _printed(manager, code):
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    printed = []
    reply = await client.execute_interactive(
        code, output_hook=lambda said: printed.append(said["content"].get("text", ""))
    )
    client.stop_channels()
    return reply["content"].get("ename") or "".join(printed).strip()


def until(true):
    """Wait until something is so, a minute at most."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
