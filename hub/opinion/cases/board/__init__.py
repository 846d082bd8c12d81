"""Cases as the people of a body see them: by what ends next, with what happened to each."""
