"""What several pages are made of: view models, which are plain data, and the elements that draw them."""
