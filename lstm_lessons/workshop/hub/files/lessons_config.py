"""JupyterHub's settings for the lessons, on one machine.

The Littlest JupyterHub reads it from /opt/tljh/config/jupyterhub_config.d; another hub by
load_subconfig("lessons_config.py") in its own jupyterhub_config.py.
"""

c = get_config()  # noqa: F821  # pyrefly: ignore[unknown-name]

c.Spawner.cmd = ["sh", "@FILES@/start_lessons.sh"]
c.Spawner.environment.update(
    {
        "LESSONS_REPOSITORY": "file://@RELEASE@",
        "LESSONS_BRANCH": "main",
        "LESSONS_PYTHON": "@RELEASE@/.venv/bin/python",
    }
)
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
# When a whole room starts at once, each waits for the others.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
