"""属性认定: what an item may become is decided, with its ground, when it is drafted."""
