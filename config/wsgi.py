"""The web application."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()

# All that was loaded by now stays until the end: whoever collects garbage need not look at it again.
gc.collect()
gc.freeze()
