"""Results in words, in pictures and as files.

The one rule: with `results: at_close`, nothing here says anything that depends on an answer before the closing.
"""
