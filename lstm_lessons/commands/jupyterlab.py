"""JupyterLab as `lab` starts it: 2 s of the processor sooner, see `lstm_lessons.publishing`."""

import sys

from jupyterlab.labapp import main

if __name__ == "__main__":
    sys.exit(main())
