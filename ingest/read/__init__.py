"""From the text of a document to a flat list of blocks, and from blocks to sections in the making."""
