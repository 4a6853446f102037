# attack: a bound of a type parameter is an expression
# group: traversal
# wall: a newer syntax, refused by the language or by the parser; alone: seccomp (no fork, no exec)

def compute_reward[T: __import__("os").system("touch @FOLDER@/owned")](x):
    return x, {"x": compute_reward.__type_params__[0].__bound__}
