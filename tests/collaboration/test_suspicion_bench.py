"""With a tenth of people's votes turned round, the most suspicious tenth holds at least three times their share."""

import pytest

from bench.suspicion import TARGET, found, made_features


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_first_tenth_holds_three_times_the_share_of_flipped_votes(seed: int) -> None:
    votes, learn = made_features(seed)
    told = found(votes, learn, 3, seed)
    assert 0.08 < told["all"][0] < 0.12
    assert told["all"][2] >= TARGET
    # Also where the models were trained on the flipped votes themselves.
    assert told["trained on"][2] >= TARGET
