"""Run: the road from inbox to outbox, the commands, the clock, the command line."""
