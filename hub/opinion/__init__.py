"""Public opinion (舆情): what citizens say, collected, judged, handled and answered."""
