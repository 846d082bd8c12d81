"""What an outage holds back, and the word of a person that lets it go."""
