"""The hand-over desk: conversations that a person of the body goes on with."""
