"""Clusters: candidates that look at the same and ask for about the same, by the earliest one."""

from __future__ import annotations

import numpy as np
import pytest
from rewards_bank import environment_named, random_bank

from rewardsmith.critic import Peers
from rewardsmith.critic.distance import CLUSTER, Mark, cluster_of
from rewardsmith.records import Candidate, Verdict, decode, encode

HOPPER = environment_named("hopper")
BANK = random_bank(HOPPER, rows=512)
BOTH = "forward_velocity, torso_height"
TOTALS = {
    "g00-c00": "forward_velocity",
    "g00-c01": "2 * forward_velocity + 0.4 * torso_height",
    "g00-c02": "torso_height",
    "g00-c03": "forward_velocity + torso_height",
    "g00-c04": "forward_velocity + 0.9 * torso_height",
}


def mark(degrees):
    """A reward that lies so far round a circle: its half distance to 0° is sin(angle / 2)."""
    angle = np.radians(degrees)
    point = np.array([np.cos(angle), np.sin(angle)])
    return Mark(point, point)


@pytest.mark.parametrize(
    ("degrees", "cluster"),
    [
        (28, "a"),  # sin(14°) = 0.242 from a, sin(16°) = 0.276 from b
        (29, "c"),  # sin(14.5°) = 0.2504 from a, sin(15.5°) = 0.267 from b
        (40, "b"),  # sin(20°) = 0.342 from a, sin(10°) = 0.174 from b
        (89, "c"),
    ],
)
def test_a_reward_joins_the_nearest_leader_within_a_quarter_or_leads(degrees, cluster):
    assert CLUSTER == 0.25
    assert cluster_of("c", mark(degrees), {"a": mark(0), "b": mark(60)}) == cluster


def test_of_two_leaders_that_are_as_near_the_first_by_name_is_joined():
    leaders = {"b": mark(20), "a": mark(-20)}
    assert cluster_of("c", mark(0), leaders) == "a"


def judged(server, totals, signals="", verdicts=None):
    """Verdicts on such totals, in the order of their names, by peers that begin anew."""
    peers = Peers(HOPPER, BANK, server, rejects=())
    known = dict(verdicts or {})
    own = {name: signals for name in totals if signals}
    candidates = {
        name: Candidate(
            id=name,
            source=f"def compute_reward({own.get(name, BOTH)}):\n    return {total}, {{}}\n",
            operator="initial",
            generation=0,
            index=0,
        )
        for name, total in TOTALS.items() | totals.items()
    }
    for name in sorted(totals):
        known[name] = peers.judge(candidates[name], candidates, known)
    return known


def test_candidates_are_clustered_with_leaders_alone_so_that_chains_do_not_grow(server):
    found = judged(server, TOTALS)
    # In the plane of the two signals: 0°, atan(0.2) = 11°, 90°, 45° and 42°.  11° is near 0°;
    # 45° is near neither 0° nor 90° (sin(22.5°) = 0.38); 42° is near 45°.
    assert {name: verdict.cluster for name, verdict in found.items()} == {
        "g00-c00": "g00-c00",
        "g00-c01": "g00-c00",
        "g00-c02": "g00-c02",
        "g00-c03": "g00-c03",
        "g00-c04": "g00-c03",
    }


def test_a_run_that_goes_on_in_another_process_clusters_alike(server):
    whole = judged(server, TOTALS)
    first = {name: TOTALS[name] for name in ("g00-c00", "g00-c01", "g00-c02")}
    rest = {name: total for name, total in TOTALS.items() if name not in first}
    assert judged(server, rest, verdicts=judged(server, first)) == whole


def test_who_looks_at_something_else_leads_a_cluster_of_its_own(server):
    known = judged(server, {"g00-c00": TOTALS["g00-c00"]})
    more = {"g00-c05": "forward_velocity + 0.3 * pitch"}
    found = judged(server, more, "forward_velocity, pitch", known)
    assert found["g00-c05"].distances["g00-c00"] < CLUSTER
    assert found["g00-c05"].cluster == "g00-c05"


def test_a_verdict_of_an_earlier_version_has_no_cluster_and_leads_none(server):
    old = decode(b'{"candidate":"g00-c00","signals":["forward_velocity"]}', Verdict)
    assert old.cluster is None
    assert decode(encode(old), Verdict) == old
    found = judged(
        server, {"g00-c01": TOTALS["g00-c01"]}, verdicts={"g00-c00": judged_before_clusters(server)}
    )
    assert found["g00-c01"].cluster == "g00-c01"


def judged_before_clusters(server):
    import msgspec

    (verdict,) = judged(server, {"g00-c00": TOTALS["g00-c00"]}).values()
    return msgspec.structs.replace(verdict, cluster=None)
