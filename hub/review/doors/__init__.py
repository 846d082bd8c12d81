"""For doors that people's programs knock at: who may pass, and who tried in vain."""
