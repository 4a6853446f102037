"""What is left of a program without its numbers."""

import ast


def skeleton(source):
    """The syntax tree without the values of numbers."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            node.value = 0
    return ast.dump(tree)
