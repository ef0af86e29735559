#!/bin/sh
# Makes a release ready for a hub on this machine: `sh prepare.sh RELEASE [JUPYTERHUB]`. Run again
# with a corrected release, it publishes the correction, and leaves the rest as it is.
#   RELEASE     the folder that `release` or `stick` made; learners' servers run from its .venv
#   JUPYTERHUB  the version of the hub, such as 5.2.1; without it, the newest
#   PYTHON      (variable) a Python from 3.11 on, with which the .venv is made
set -eu
release=$(cd "$1" && pwd)
cd "$release"
[ -f lstm_lessons/__main__.py ] || { echo "prepare: $release is no release." >&2; exit 1; }
"${PYTHON:-python3}" -m lstm_lessons setup
if ! [ -x .venv/bin/python ]; then
    echo "prepare: name a Python without the packages, as in PYTHON=/usr/bin/python3.12" >&2
    exit 1
fi
wanted="jupyterhub${2:+==$2}"
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$wanted" nbgitpuller
[ -d .git ] || git init --quiet --initial-branch=main
git add --all
git diff --cached --quiet || git -c user.name=Lessons -c user.email=lessons@localhost \
    -c commit.gpgsign=false commit --quiet --message="The lessons, $(date +%F)"
chmod -R a+rX . # learners' servers read it
# Git lets nobody pull from another's folder on this machine that is not named so.
safe="$release/.git"
if [ "$(id -u)" = 0 ] && ! git config --system --get-all safe.directory | grep -qxF "$safe"; then
    git config --system --add safe.directory "$safe"
fi
