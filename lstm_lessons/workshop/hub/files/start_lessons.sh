#!/bin/sh
# Starts one learner's server on a hub. It brings the release to their home by nbgitpuller, which
# keeps what they wrote, and becomes `lab --hub`, which lays out their copies and opens them.
#   LESSONS_REPOSITORY  the release, as git knows it: an address or file:///a/folder
#   LESSONS_BRANCH      its branch
#   LESSONS_PYTHON      the Python that has the lessons' packages, JupyterHub and nbgitpuller
set -u
cd || exit 1
export PATH="$(dirname "$LESSONS_PYTHON"):$PATH" # where gitpuller is, and git on most machines
timeout 60 gitpuller "$LESSONS_REPOSITORY" "$LESSONS_BRANCH" lessons >&2 ||
    echo "start_lessons: $LESSONS_REPOSITORY could not be pulled; what is there is opened." >&2
if ! [ -f lessons/lstm_lessons/__main__.py ]; then
    echo "start_lessons: there are no lessons in $HOME/lessons: see the lines above." >&2
    exit 1
fi
cd lessons && exec "$LESSONS_PYTHON" -m lstm_lessons lab --hub -- "$@"
