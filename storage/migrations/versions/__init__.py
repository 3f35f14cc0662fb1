"""Migrations, one file each, never changed once released."""
