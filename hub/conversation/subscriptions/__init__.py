"""What people ask to be told about: a body, a theme, a word; at once or once a day."""
