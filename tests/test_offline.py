"""Kernels with no network, each of the two ways."""

import pytest

from lstm_lessons.publishing import offline
from lstm_lessons.publishing.offline import OfflineKernelManager, has_namespaces

OUTSIDE = ("192.0.2.1", 80)  # an address that is kept free for documentation
REACH = f"import socket; s = socket.socket(); s.settimeout(5); s.connect({OUTSIDE})"
ASK = "import socket; socket.getaddrinfo('example.org', 80)"
BY_ANOTHER = (
    f"import subprocess, sys; subprocess.run([sys.executable, '-c', {REACH!r}], check=True)"
)


@pytest.fixture(params=[True, False], ids=["namespace", "refusal"], scope="module")
def run(request):
    """Return a function that runs a line in an offline kernel, and returns the error's text."""
    if request.param and not has_namespaces():
        pytest.skip("this system has no network namespaces for its users")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline, "has_namespaces", lambda: request.param)
        manager = OfflineKernelManager(kernel_name="python3")
        manager.start_kernel()
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield lambda code: client.execute_interactive(code, output_hook=print)["content"]
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.slow
@pytest.mark.parametrize("code", [REACH, ASK, BY_ANOTHER], ids=["address", "name", "another"])
def test_nothing_beyond_this_machine_is_reached(run, code):
    answer = run(code)
    assert answer["status"] == "error", answer
    # No answer within the time would be a TimeoutError.
    assert answer["ename"] in ("OSError", "gaierror", "CalledProcessError"), answer


@pytest.mark.slow
def test_a_kernel_works_as_ever(run):
    assert run("import os; assert os.getcwd(); print(6 * 7)")["status"] == "ok"
