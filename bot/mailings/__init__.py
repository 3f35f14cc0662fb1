"""Mailings: what goes to many people at once (reminders, invitations, results), at the pace of their messengers."""
