"""What we ask: definitions read from files, planned against Manifold and carried out there."""
