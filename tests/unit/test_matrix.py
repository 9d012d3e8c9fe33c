"""The versions of `make test-matrix` are those that the weekly workflow asks for, and are pinned."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.cloudserver.compute.tests.matrix import run

ROOT = Path(__file__).resolve().parents[2]


def test_the_weekly_workflow_runs_every_version_with_its_pythons() -> None:
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "weekly.yml").read_text())["jobs"]["matrix"]
    assert job["strategy"]["matrix"]["ansible"] == [version.short for version in run.VERSIONS]
    setup = next(step["with"]["python-version"] for step in job["steps"] if "with" in step)
    assert set(setup.split()) >= {python for version in run.VERSIONS for python in version.pythons.split()}


def test_the_oldest_version_is_the_oldest_that_is_allowed() -> None:
    allowed = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    assert allowed == f">={run.VERSIONS[0].short}.0"


def test_the_community_package_is_the_pinned_one() -> None:
    pins = run.USER_PINS.read_text().splitlines()
    community = run.VERSIONS[-1]
    assert f"ansible=={community.core}" in run.COMMUNITY.read_text().splitlines()
    assert f"ansible=={community.core}" in pins
    names = {line.partition("==")[0] for line in pins}
    assert set(run.PACKAGES + run.USER_PACKAGES) <= names
