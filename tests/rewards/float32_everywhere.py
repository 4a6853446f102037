# environment: half-cheetah
def compute_reward(forward_velocity, action, torso_height):
    w_run = np.float32(1.0)
    w_ctrl = np.float32(-0.1)
    run = (w_run * forward_velocity).astype(np.float32)
    ctrl = (w_ctrl * np.mean(action ** 2, axis=-1, dtype=np.float32)).astype("float32")
    low = np.asarray(torso_height < -0.4, dtype=np.float32) * np.float32(-0.5)
    total = np.array(run + ctrl + low, dtype=np.float32)
    return total, {"run": run, "ctrl": ctrl, "low": low}
