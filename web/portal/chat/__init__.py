"""The page on which citizens ask: with a keyboard, a screen reader, and without scripts."""
