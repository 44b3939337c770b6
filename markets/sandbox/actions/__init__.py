"""What can be done to the state: one module for each kind of request that changes something."""
