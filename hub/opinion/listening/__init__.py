"""What citizens write to accounts becomes signals: messages are followed behind their answers."""
