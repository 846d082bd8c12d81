"""The hot list, reckoned anew only where something was counted."""
