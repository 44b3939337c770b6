"""The main job on recorded history: a made-up Manifold, real evidence, everything between them the real code."""
