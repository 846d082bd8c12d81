"""An installation of several processes on one machine, with servers that live as long as it."""
