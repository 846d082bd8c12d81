"""Cases: what is handled and answered, by whom, until when; from assessment to satisfaction."""
