"""Where people who asked to be told of something can be reached, sealed."""
