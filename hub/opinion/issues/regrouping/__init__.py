"""What an analyst does about what belongs together: suggestions carried out or refused."""
