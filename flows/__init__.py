"""Think: what a consultation says, and how a conversation walks through it.

This room is pure. It knows no clock, no database, no network and no event loop: every event carries its own time,
and everything that must happen in the world is returned as an effect.
"""
