import numpy as np
import pytest
import torch

from rewardsmith.training.networks import NetworkShape, Parameters, Workspace, initialise
from rewardsmith.training.ppo import Adam, Batch, Targets, Updater, loss_gradients
from rewardsmith.training.settings import PpoSettings

MEMBERS, ROWS, INPUTS, OUTPUTS = 3, 32, 5, 4
SETTINGS = PpoSettings(
    hidden=(32, 16), entropy_coefficient=0.03, minibatch=ROWS, environments=2, rollout=16
)


def make_parameters(*, gaussian, inputs=INPUTS):
    shape = NetworkShape(inputs, OUTPUTS, SETTINGS.hidden, gaussian=gaussian, log_deviation=-0.3)
    parameters = Parameters(shape, MEMBERS)
    rng = np.random.default_rng(0)
    for member in range(MEMBERS):
        initialise(parameters, member, rng)
    parameters.flat += torch.from_numpy(rng.normal(0, 0.1, len(parameters.flat)).astype("f4"))
    return parameters


def make_targets(rng, *, gaussian):
    weights = rng.random((MEMBERS, ROWS)).astype("f4")
    weights[:, ::7] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    actions = rng.normal(size=(MEMBERS, OUTPUTS, ROWS))
    if not gaussian:
        best = actions.argmax(axis=1)[:, None]
        actions = best == np.arange(OUTPUTS)[:, None]
    advantages = rng.normal(size=(MEMBERS, ROWS)) * weights
    around = -5.0 if gaussian else -1.4
    logarithms = around + 0.3 * rng.normal(size=(MEMBERS, ROWS))
    returns = rng.normal(size=(MEMBERS, ROWS))
    parts = (actions, logarithms, advantages, returns, weights)
    return Targets(*(part.astype("f4") for part in parts))


def plain_loss(arrays, inputs, targets, *, gaussian):
    """The loss of one member as one would write it with torch's own distributions."""
    columns = []
    for part in (0, 1):
        below = inputs
        for layer in range(len(SETTINGS.hidden)):
            below = torch.tanh(
                arrays[f"weight{layer}"][part] @ below + arrays[f"bias{layer}"][part]
            )
        columns.append(below)
    outputs = (arrays["actor_weight"] @ columns[0] + arrays["actor_bias"]).T
    values = (arrays["critic_weight"] @ columns[1] + arrays["critic_bias"])[0]
    if gaussian:
        law = torch.distributions.Normal(outputs, arrays["log_deviation"][:, 0].exp())
        logarithms, entropy = law.log_prob(targets.actions.T).sum(1), law.entropy().sum(1)
    else:
        law = torch.distributions.Categorical(logits=outputs)
        logarithms, entropy = law.log_prob(targets.actions.argmax(0)), law.entropy()
    ratio = (logarithms - targets.logarithms).exp()
    clipped = ratio.clamp(1 - SETTINGS.clip, 1 + SETTINGS.clip)
    surrogate = torch.minimum(ratio * targets.advantages, clipped * targets.advantages)
    error = SETTINGS.value_coefficient * (values - targets.returns) ** 2
    bonus = SETTINGS.entropy_coefficient * entropy
    return -surrogate.sum() + (targets.weights * (error - bonus)).sum()


@pytest.mark.parametrize("gaussian", [True, False])
@pytest.mark.parametrize("width", [INPUTS, 1])
def test_gradients_by_hand_equal_those_of_autograd(gaussian, width):
    rng = np.random.default_rng(2)
    parameters = make_parameters(gaussian=gaussian, inputs=width)
    inputs = rng.normal(size=(MEMBERS, ROWS, width)).astype("f4")
    targets = make_targets(rng, gaussian=gaussian)
    workspace = Workspace(parameters.shape, MEMBERS, ROWS)
    gradients = Parameters(parameters.shape, MEMBERS)
    below = torch.from_numpy(inputs).mT
    workspace.forward(parameters, below)
    by_outputs, by_values, by_deviation = loss_gradients(
        workspace.outputs.numpy(),
        workspace.values.numpy(),
        parameters.arrays.get("log_deviation"),
        targets,
        SETTINGS,
    )
    by = torch.from_numpy(by_outputs), torch.from_numpy(by_values)
    workspace.backward(parameters, gradients, below, *by)
    if by_deviation is not None:
        gradients.arrays["log_deviation"][:] = by_deviation
    for member in range(MEMBERS):
        arrays = {
            name: torch.tensor(array[member], dtype=torch.float64, requires_grad=True)
            for name, array in parameters.arrays.items()
        }
        own = Targets(
            *(
                torch.tensor(getattr(targets, name)[member], dtype=torch.float64)
                for name in ("actions", "logarithms", "advantages", "returns", "weights")
            )
        )
        column = torch.tensor(inputs[member].T, dtype=torch.float64)
        plain_loss(arrays, column, own, gaussian=gaussian).backward()
        for name, array in arrays.items():
            got = gradients.arrays[name][member]
            np.testing.assert_allclose(got, array.grad, rtol=2e-4, atol=2e-6, err_msg=name)


def test_adam_equals_torch_for_every_member():
    parameters = make_parameters(gaussian=True)
    adam = Adam(parameters)
    plain = parameters.flat.clone().requires_grad_()
    reference = torch.optim.Adam([plain], lr=0.01, eps=1e-5)
    rng = np.random.default_rng(3)
    gradients = Parameters(parameters.shape, MEMBERS)
    for _ in range(5):
        gradients.flat.copy_(torch.from_numpy(rng.normal(size=len(plain)).astype("f4")))
        plain.grad = gradients.flat.clone()
        reference.step()
        adam.step(parameters, gradients, 0.01)
    np.testing.assert_allclose(parameters.flat, plain.detach(), rtol=1e-5, atol=1e-7)


def test_rows_that_only_reset_change_nothing():
    rng = np.random.default_rng(4)
    rows = SETTINGS.rows
    valid = np.ones((MEMBERS, rows), np.float32)
    valid[:, 5:9] = 0.0

    def learn(junk):
        parameters = make_parameters(gaussian=True)
        fixed = np.random.default_rng(5)
        batch = Batch(
            inputs=fixed.normal(size=(MEMBERS, rows, INPUTS)),
            actions=fixed.normal(size=(MEMBERS, rows, OUTPUTS)),
            logarithms=-5.0 + 0.1 * fixed.normal(size=(MEMBERS, rows)),
            advantages=fixed.normal(size=(MEMBERS, rows)),
            returns=fixed.normal(size=(MEMBERS, rows)),
            valid=valid,
        )
        for part in (batch.inputs, batch.actions, batch.advantages, batch.returns):
            part[:, 5:9] += junk
        orders = [np.random.default_rng(member) for member in range(MEMBERS)]
        Updater(parameters, SETTINGS).update(parameters, Adam(parameters), batch, orders, 0.01)
        return parameters.flat.numpy()

    np.testing.assert_allclose(learn(0.0), learn(rng.normal()), rtol=1e-4, atol=1e-6)


def test_long_gradients_are_shortened_member_by_member():
    parameters = make_parameters(gaussian=True)
    updater = Updater(parameters, SETTINGS)
    gradients = updater._gradients
    rng = np.random.default_rng(6)
    for array in gradients.arrays.values():
        array[:] = rng.normal(size=array.shape)
        array[1] *= 1e-4
    before = {name: array.copy() for name, array in gradients.arrays.items()}
    updater._shorten()
    length = np.sqrt(sum((a[0].astype(float) ** 2).sum() for a in gradients.arrays.values()))
    assert length == pytest.approx(SETTINGS.gradient_norm, rel=1e-4)
    assert all(np.array_equal(a[1], before[name][1]) for name, a in gradients.arrays.items())
