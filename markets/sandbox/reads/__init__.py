"""What the server tells: pure functions of the state, one module for each kind of thing."""
