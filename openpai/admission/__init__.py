"""A submission on its way in: parse → facts → checks → commit. `submit` is the door; `checks` decide, and are pure."""
