"""What Lambda imports, a module per function; `api/` has the routes."""

import gc

gc.set_threshold(20_000, 20, 20)  # a cold start makes what stays: to look for garbage meanwhile takes a 20th of it
