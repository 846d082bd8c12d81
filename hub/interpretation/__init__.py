"""政策解读: whoever drafts a document interprets it, and both go out together."""
