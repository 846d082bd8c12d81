"""Where staff work: pages made on the server, for browsers with and without scripts."""
