"""Watch topics (监测方案): words that an analyst follows, and the signals that have them."""
