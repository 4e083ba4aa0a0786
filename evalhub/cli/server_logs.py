"""Make gunicorn write its logs the way EvalHub does."""

import logging

from gunicorn.config import Config
from gunicorn.glogging import Logger

from evalhub.config import load_settings
from evalhub.logs import configure_logs


class ServerLogs(Logger):
    """Hand gunicorn's messages to the root logger instead of handlers of its own."""

    def setup(self, cfg: Config) -> None:
        """Configure logs once for this process and its workers."""
        configure_logs(load_settings().log_level)
        for name in ("gunicorn.error", "gunicorn.access"):
            logger = logging.getLogger(name)
            logger.handlers[:] = []
            logger.propagate = True
            logger.setLevel(logging.NOTSET)
        self.cfg = cfg
