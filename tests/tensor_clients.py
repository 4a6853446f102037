"""Settings of the clients that train on the tensor interface."""


def runner_settings(rollout):
    """The nested dict of rsl_rl: two small networks and PPO."""
    network = {"class_name": "MLPModel", "hidden_dims": [32, 32], "activation": "tanh"}
    gaussian = {"class_name": "GaussianDistribution", "init_std": 1.0}
    algorithm = {"num_learning_epochs": 8, "num_mini_batches": 4, "entropy_coef": 0.0}
    return {
        "num_steps_per_env": rollout,
        "save_interval": 1000,
        "obs_groups": {"actor": ["policy"], "critic": ["policy"]},
        "actor": {**network, "distribution_cfg": gaussian},
        "critic": network,
        "algorithm": {"class_name": "PPO", "desired_kl": 0.02, **algorithm},
    }
