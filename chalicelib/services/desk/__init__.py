"""The messages desk: what people do about unread SMS.

Those that no machine could read.
"""
