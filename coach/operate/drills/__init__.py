"""Drills of the runbooks: each breaks a service of its own, reads the signal, mends it and looks again.

They rehearse docs/runbooks/ for whoever operates the service. The incident drills that candidates play are
another thing and stand in coach/practice.
"""
