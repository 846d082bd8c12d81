"""Surveys (民意征集、问卷调查): what the public is asked about a published item."""
