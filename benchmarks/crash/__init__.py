"""Deliveries killed and spoilt: real processes, real SIGKILL, the channels' own simulators."""
