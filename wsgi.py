"""Serve EvalHub: ``gunicorn wsgi:app``."""

from evalhub.app import create_app

app = create_app()
