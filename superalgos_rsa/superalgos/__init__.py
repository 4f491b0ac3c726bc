"""What the platform does: its folders, the node tree, the vault, and what happens when it loads a workspace."""
