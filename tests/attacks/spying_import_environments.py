# attack: importing the environments
# group: spying
# wall: language; alone: not loaded; no file can be read

def compute_reward(x):
    from rewardsmith.environments import load_environment
    raise ValueError(load_environment('cartpole').tasks[0].fitness)
