"""The one question "are you satisfied?": asked once, its answer kept by whoever asked."""
