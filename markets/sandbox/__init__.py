"""A Manifold to try things on: the same HTTP contract and market maths, served on 127.0.0.1 from a file of its own.

It shares no code with the client in this repository, so that neither can hide the other's mistakes.
"""
