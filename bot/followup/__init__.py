"""What becomes of a contribution: the official answer and who is told, what was merged, the goals of a petition, and a
message of a group that its author may put forward.

The one rule: people are found by making the tokens of a consultation again (`bot.contributions.reaching`), so that once
its key is destroyed nobody is; and whoever wants no more news of it gets none.
"""
