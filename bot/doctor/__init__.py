"""What is wrong with an installation, line by line, each with its remedy; one module an area, nothing is changed."""
