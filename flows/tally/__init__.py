"""From ballots to a result: one file per method, pure.

The one rule: counters kept vote by vote and a recount of the ballots at closing must give the same result.
"""
