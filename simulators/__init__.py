"""Every channel's simulator on one port. Stands above `app`; nothing in production imports it."""
