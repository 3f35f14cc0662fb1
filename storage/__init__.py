"""Remember: every table, every query, every migration."""
