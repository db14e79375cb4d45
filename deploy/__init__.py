"""How the service is run: the whole stack on one machine, and what containers are made of."""
