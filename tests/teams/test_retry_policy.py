"""The retry policy of the SDK's client: `benchmarks.teams_speed` measures its echo with it patched too."""

import pytest
from msrest.universal_http.requests import ClientRetryPolicy


def test_the_sdk_still_looks_through_a_list_of_codes_for_each_client_that_it_makes() -> None:
    """Where this fails the patch is needed no more: take "patched" out of the benchmark, and this file away.

    Hearth itself sends by `adapters.teams.connector`, which makes no such client.
    """
    assert isinstance(ClientRetryPolicy.safe_codes, list)


def test_the_patch_changes_nothing_but_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = ClientRetryPolicy().policy.status_forcelist
    monkeypatch.setattr(ClientRetryPolicy, "safe_codes", frozenset(ClientRetryPolicy.safe_codes))
    assert ClientRetryPolicy().policy.status_forcelist == as_it_is
