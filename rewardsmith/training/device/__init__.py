"""Population training on the device of the simulator: rollout, signals and update never leave it.

What leaves are the signals that candidates name, to their reward processes, and small arrays for
the curves; what comes back are the rewards.  On a processor the same code runs, smaller.
"""
