"""The messages desk: what people do about SMS that nobody could read."""
