"""Who is told that a time limit nears or is over, or that a signature is waited for; once each."""
