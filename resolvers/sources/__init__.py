"""Sources: how one publisher's bytes become typed, dated observations."""
