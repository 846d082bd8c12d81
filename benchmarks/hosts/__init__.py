"""Several hosts on one machine: network namespaces, what runs on them, and what befalls them."""
