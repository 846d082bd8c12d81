"""Lists of items as those who prepare them see them: by body and state, page by page, in a
fraction of a second over millions."""
