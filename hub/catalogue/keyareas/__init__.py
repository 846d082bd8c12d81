"""Key areas: lists with versions, each kind on its own entry form."""
