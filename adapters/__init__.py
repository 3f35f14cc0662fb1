"""Talk: one file per messenger; translate in, translate out."""
