"""Moderation: what has to be decided about what people write arrives as cards where moderators work.

    opening     something has to be decided: a case is opened, or joined, and its card goes to every desk
    card        what such a card shows, drawn when it leaves
    deciding    approve, refuse, merge, ask to reword, remove, delete, mute, ban: the first decision counts
    claiming    taking a case on for a while
    telling     the author is told what was decided, by which rule, and who can look at it again

The one rule: rules flag, people decide. Nothing here removes a text by itself, and nobody decides about their own.
"""
