"""Canned answers: what a desk says often, bound to the items it rests on."""
