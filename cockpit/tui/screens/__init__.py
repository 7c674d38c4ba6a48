"""One module a screen: its keys, its layout, its `draw`."""
