"""What is done once a night, a day or a week, by whichever process comes first."""
