"""Issues: what many signals are about, found as they come; how hot each is, and why."""
