"""WSGI entry for granian or gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workrelief.config.settings")
application = get_wsgi_application()

# Everything the pages need is imported before the first request comes, and what was imported is never searched for garbage
# again: a full search takes 140 ms, which some page would have to wait for.
get_resolver().url_patterns  # noqa: B018 # reading it imports every view
gc.collect()
gc.freeze()
