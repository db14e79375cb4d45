"""One module for each page; each has a `show` that draws it."""
