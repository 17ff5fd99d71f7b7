"""A nation's observers at eight o'clock, simulated by `make scale`."""
