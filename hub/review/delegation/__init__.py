"""授权代签: a person delegates a review role in one body to another for a while."""
