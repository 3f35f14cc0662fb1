"""Figures: ratios against a bare floor in the same run, because machines are noisy."""
