"""Whether a person may act for a body: the question of every door that does not trust its
operator as the command line does."""
