"""The staff API: from entry to publication over HTTP, under the same rules as everywhere."""
