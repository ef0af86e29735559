#!/bin/sh
# Sets up the lessons on The Littlest JupyterHub, for @LEARNERS@ learners: `sudo sh tljh.sh`.
# Run again after a correction: it publishes what lies in @RELEASE@. Untested: it was
# written where there was no machine to install TLJH on; prepare.sh and the settings are tried.
set -eu
[ "$(id -u)" = 0 ] || { echo "tljh.sh: run it as root: sudo sh tljh.sh" >&2; exit 1; }
[ -d /opt/tljh ] || { echo "tljh.sh: there is no /opt/tljh: install TLJH first." >&2; exit 1; }
cd "$(dirname "$0")"
hub=$(/opt/tljh/hub/bin/python3 -c 'import jupyterhub; print(jupyterhub.__version__)')
PYTHON=/opt/tljh/user/bin/python3 sh prepare.sh @RELEASE@ "$hub"
cp lessons_config.py /opt/tljh/config/jupyterhub_config.d/
tljh-config set limits.memory @LIMIT@M
tljh-config set services.cull.timeout 7200
tljh-config set user_environment.default_app jupyterlab
tljh-config set auth.type firstuseauthenticator.FirstUseAuthenticator
tljh-config set auth.FirstUseAuthenticator.create_users true
tljh-config reload hub
