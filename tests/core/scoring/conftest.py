"""Give drawn examples all the time they need: a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("scoring", deadline=None, max_examples=50)
settings.load_profile("scoring")
