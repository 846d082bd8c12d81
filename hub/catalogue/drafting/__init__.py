"""Working drafts of items: kept while somebody types, made a version when they say so."""
