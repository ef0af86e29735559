"""A learner's server on a hub, as `lab --hub` starts it: its kernels come from a warm process."""

import sys

from lstm_lessons.publishing import warm_on_a_hub

if __name__ == "__main__":
    if any(word.endswith(warm_on_a_hub.HubKernelManager.__name__) for word in sys.argv):
        warm_on_a_hub.begin()
    from jupyterhub.singleuser import main  # pyrefly: ignore[missing-import]

    sys.exit(main())
