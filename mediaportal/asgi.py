"""The one door: a small router in front of three kinds of application.

Websockets go to Channels; requests that carry file bytes in or out go to raw ASGI apps that stream; everything else
goes to Django as WSGI in a pool of threads, because Django's own ASGI handler is slow and opens a database
connection for each request.
"""

import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediaportal.settings")
wsgi_application = get_wsgi_application()
application = WSGIMiddleware(wsgi_application, workers=4)
