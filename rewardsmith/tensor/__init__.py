"""The tensor interface: any environment of rewardsmith as Isaac Gym's clients know theirs."""
