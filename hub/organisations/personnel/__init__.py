"""People as their administrators look after them: found, shown whole, entered by the list."""
