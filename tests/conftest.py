"""What all tests share."""

from hypothesis import HealthCheck, settings

# No timing is asserted anywhere: the machine that runs this may be busy with something else.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
