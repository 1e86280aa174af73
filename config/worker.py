"""What `dramatiq config.worker` imports: the product, its broker, and every app's jobs."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from config.broker import make_broker  # noqa: E402,F401

# All that was loaded by now stays until the end: whoever collects garbage need not look at it again.
gc.collect()
gc.freeze()
