"""Infographics (图解): from structured data to long picture, slices, cover, card, PDF and text."""
