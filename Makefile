# Needs git, make and Python 3.11, 3.12 or 3.13. Everything made here lies in .venv, .cache, build and dist.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON_VERSIONS := 3.11 3.12 3.13
VENV := .venv
CONSTRAINTS := requirements/constraints.txt
BIN := $(CURDIR)/$(VENV)/bin
RUN := $(BIN)/python
CACHE := .cache
MINIMUM_COVERAGE := 90
# One process for each core: at least 2, and at most 4, for the integration targets have four platforms.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; [ $$n -lt 2 ] && n=2; echo $$n)
# The programs of tests/ that run tests, as modules; what they import is checked with them
DRIVERS := integration.run integration.report openstack.run openstack.roles_needed.__main__ openstack.migration.__main__ \
	matrix.run matrix.installed sanity.run browser.run
# Unit tests of rules that any change can break: layers, words, pages, argument specs, plans
FAST := tests/unit/plans tests/unit/execution tests/unit/test_layers.py tests/unit/test_words.py tests/unit/test_operations.py \
	tests/unit/test_platform_names.py tests/unit/modules/test_option_aliases.py tests/unit/modules/test_invalid_options.py
# Runs of the fault matrix in `make test`
FAULTS := 1000
# `make test` asks for nothing more here; a caller narrows a gate: make unit ARGS='-k paging', make integration ARGS='server_power'
ARGS ?=

export PATH := $(BIN):$(PATH)
# A copy of the collection in ~/.ansible/collections would shadow this checkout, so Ansible's home is ours.
export ANSIBLE_HOME := $(CURDIR)/$(CACHE)/ansible
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/$(CACHE)/hypothesis
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(CACHE)/pycache

# Nobody's own clouds may reach a test or the demo; OS_LAB_* says where the real OpenStack of tests/openstack lies.
unexport $(filter-out OS_LAB_%,$(filter OS_% HW_% HUAWEICLOUD_% CLOUD_SDK_% CLOUDSERVER_%,$(.VARIABLES)))

# The cheapest complaint comes first. The last ones, with a process of their own each, run side by side in two lanes.
ALONE := lint types changelog shell docs-lint importer unit faults integration operations-report
LANES := sanity -- ansible-lint molecule
GATES := $(ALONE) $(filter-out --,$(LANES))
.PHONY: help demo simulator test check openstack openstack-stop test-openstack test-matrix test-browser fault-matrix benchmark benchmark-openstack awx-lint docs operations-page roles-needed-page dist constraints clean $(GATES)

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.demo  ## Show the collection at work on all four platforms, against the simulator
	@$(RUN) tools/demo.py

simulator: $(VENV)/.demo | $(CACHE)  ## Run the simulator in the foreground, with a clouds.yaml and commands to try
	@$(RUN) tests/simulator --ready-file $(CACHE)/simulator.json --clouds $(CACHE)/simulator --show-requests $(ARGS)

test: $(VENV)/.test | $(CACHE)  ## Run every gate, as CI does
	@$(RUN) tools/gates.py $(ALONE) -- $(LANES)

check: lint types changelog shell  ## The fast gates and the fast unit tests (about a minute), before each commit
	@pytest -q -n $(WORKERS) $(FAST) $(ARGS)

openstack:  ## Install (the first time) and start a real OpenStack on loopback; tests/openstack/README.md
	@tests/openstack/install.sh
	@tests/openstack/up.sh

openstack-stop:  ## Stop it
	@tests/openstack/down.sh

test-openstack: $(VENV)/.test | $(CACHE)  ## Conformance of the simulator with it, and targets on it; starts it where it does not run
	@$(RUN) tests/openstack/run.py $(ARGS)

test-matrix: $(VENV)/.test | $(CACHE)  ## Gates on the other ansible-core versions, and the installed artifact on all (where their Pythons exist)
	@$(RUN) tests/matrix/run.py $(ARGS)

test-browser: $(VENV)/.test $(CACHE)/browser/.ready  ## Look at the report's page and the site in headless Chromium (Debian's package)
	@$(RUN) tests/browser/run.py

$(CACHE)/browser/.ready: requirements/browser.in requirements/browser-constraints.txt tools/venv | $(CACHE)
	@tools/venv $(CACHE)/browser "$(PYTHON_VERSIONS)" requirements/browser-constraints.txt -r requirements/browser.in
	@touch $@

# A run mostly waits for a late answer, so a core serves several of them.
fault-matrix: $(VENV)/.test | $(CACHE)  ## All of the fault matrix; tests/faults/README.md (about an hour)
	@$(RUN) tests/faults --jobs $$((3 * $(WORKERS))) --causes $(ARGS)

lint: $(VENV)/.test  ## Gate: ruff, yamllint, and the schemas of the files for the repository's host
	@ruff check .
	@ruff format --check --quiet .
	@yamllint --strict .
	@check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_re*.yml

types: $(VENV)/.test | $(CACHE)  ## Gate: mypy, strict, on plugins, tools, the simulator and the test drivers
	@mkdir -p $(CACHE)/types/ansible_collections/cloudserver
	@ln -sfn "$(CURDIR)" $(CACHE)/types/ansible_collections/cloudserver/compute
	@MYPYPATH=$(CACHE)/types mypy -p ansible_collections.cloudserver.compute.plugins
	@MYPYPATH=$(CACHE)/types mypy $(addprefix -m ansible_collections.cloudserver.compute.tests.,$(DRIVERS))
	@MYPYPATH=tools mypy --exclude 'tools/(operation_|roles_needed_)' tools
	@MYPYPATH=$(CACHE)/types mypy $(addprefix -m ansible_collections.cloudserver.compute.tools.,operation_checks operation_pages roles_needed_page)
	@MYPYPATH=tests:tests/unit mypy -p simulator

changelog: $(VENV)/.test  ## Gate: changelog fragments
	@antsibull-changelog lint

shell: $(VENV)/.test  ## Gate: shellcheck on every shell script
	@git ls-files -co --exclude-standard -z | xargs -0 grep -slE '^#!.*[/ ](ba)?sh( |$$)' | xargs shellcheck

docs-lint: $(VENV)/.test  ## Gate: the documentation of every plugin
	@antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck --validate-collection-refs=all --check-extra-docs-refs .

ansible-lint: $(VENV)/.test  ## Gate: ansible-lint, production profile
	@ansible-lint --offline

# The tests that start ansible-playbook are slow and last: an idle worker takes them over from a busy one. They mostly
# wait for processes, so a core serves two.
unit: $(VENV)/.test | $(CACHE)  ## Gate: unit tests, branch coverage
	@pytest -n $$((2 * $(WORKERS))) --dist worksteal --cov=plugins --cov-branch --cov-report=term-missing:skip-covered \
		--cov-fail-under=$(MINIMUM_COVERAGE) $(ARGS)

faults: $(VENV)/.test | $(CACHE)  ## Gate: a part of the fault matrix, always the same one
	@$(RUN) tests/faults --jobs $(WORKERS) --sample $(FAULTS) --budget 210 $(ARGS)

importer: $(VENV)/.test | $(CACHE)  ## Gate: galaxy-importer on the built artifact
	@$(RUN) tools/artifact.py check

molecule: $(VENV)/.test | $(CACHE)  ## Gate: the molecule scenarios
	@molecule test --all

# A run waits for the cloud half of its time.
integration: $(VENV)/.test | $(CACHE)  ## Gate: integration targets on every platform, in process and shipped
	@$(RUN) tests/integration/run.py --jobs $$(($(WORKERS) + 1)) $(ARGS)

operations-report: $(VENV)/.test | $(CACHE)  ## Gate: every operation of the documents is driven through a module by some target
	@$(RUN) tests/integration/report.py

sanity: $(VENV)/.test | $(CACHE)  ## Gate: ansible-test sanity, no ignore file
	@$(RUN) tests/sanity/run.py $(ARGS)

benchmark: $(VENV)/.test | $(CACHE)  ## Measure requests, time and memory against the budgets
	@$(RUN) tests/benchmark $(ARGS)

benchmark-openstack: $(VENV)/.test $(CACHE)/rival/.ready  ## Measure against openstack.cloud on the real OpenStack (about an hour)
	@$(RUN) tests/benchmark --only rival $(ARGS)

$(CACHE)/rival/.ready: requirements/rival.in requirements/rival-constraints.txt tools/venv | $(CACHE)
	@tools/venv $(CACHE)/rival "$(PYTHON_VERSIONS)" requirements/rival-constraints.txt -r requirements/rival.in
	@touch $@

awx-lint: $(VENV)/.test | $(CACHE)  ## Hold docs/awx against the modules of awx.awx (downloads the community package once)
	@$(RUN) tools/awx_argument_specs.py
	@ANSIBLE_COLLECTIONS_PATH=$$(echo $(CACHE)/awx/ansible-*) ansible-playbook --syntax-check -i localhost, docs/awx/bootstrap.yml
	@pytest -q tests/unit/awx/test_controller_setup.py

docs: $(VENV)/.test  ## Build the documentation site in build/docs/html
	@$(RUN) tools/docs.py
	@$(RUN) tools/translations.py

operations-page: $(VENV)/.test  ## Write the documentation's pages of operations and parameters from docs/operations.yml
	@$(RUN) tools/operation_pages.py

roles-needed-page: $(VENV)/.test  ## Write the documentation's page of the roles that tasks need from tests/openstack/roles_needed.yml
	@$(RUN) tools/roles_needed_page.py

dist: $(VENV)/.demo  ## Build the artifact that a Galaxy server takes, in dist
	@$(RUN) tools/artifact.py build dist

constraints: | $(CACHE)  ## Pin the newest packages that requirements/*.in allow, for the oldest Python
	@rm -rf $(CACHE)/constraints-venv
	@tools/venv $(CACHE)/constraints-venv "$(firstword $(PYTHON_VERSIONS))" /dev/null -r requirements/test.in
	@{ echo "# Every package of the test environment at the version that was tested; made by 'make constraints'."; \
		$(CACHE)/constraints-venv/bin/python -m pip freeze; } > $(CACHE)/constraints.txt
	@mv $(CACHE)/constraints.txt $(CONSTRAINTS)
	@rm -rf $(CACHE)/constraints-venv

clean:  ## Remove everything that was made here
	rm -rf $(VENV) $(CACHE) .ansible build dist tests/output changelogs/.plugin-cache.yaml

$(CACHE):
	@mkdir -p $(CACHE)

$(VENV)/.demo: requirements/demo.in $(CONSTRAINTS) tools/venv
	@tools/venv $(VENV) "$(PYTHON_VERSIONS)" $(CONSTRAINTS) -r requirements/demo.in
	@touch $@

$(VENV)/.test: requirements/demo.in requirements/test.in $(CONSTRAINTS) tools/venv
	@tools/venv $(VENV) "$(PYTHON_VERSIONS)" $(CONSTRAINTS) -r requirements/test.in
	@touch $(VENV)/.demo $@
