"""Texts as Manifold keeps them: markdown, HTML and plain strings become TipTap documents, and documents plain text."""
