"""The images that are offered: the catalogue with an admin's own, and how each stands here."""
