"""发布之后: what is public is read again and compared, and how it is received is counted."""
