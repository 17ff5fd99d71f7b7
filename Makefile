PYTHON ?= python3
BAYKOO_PORT ?= 4510
bin := .venv/bin
# Processes take whole files in their order: first those that wait longest, last those that fill the gaps. All tests have a
# process more than there are cores, for a third of the time one waits for its stack; those that wait for nothing have not.
in_order := --dist loadfile --no-loadscope-reorder --durations=10
side_by_side := -n auto $(in_order)
one_more := -n $(shell expr $$(nproc) + 1) $(in_order)
pin = ../../$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make pins"

export BAYKOO_PORT
# Containers often set it, and then each of the hundreds of processes of a run compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: environments
environments: ## Make or heal the virtual environments (every other target does it first)
	@$(PYTHON) infra/environments.py

.PHONY: run
run: environments ## Run Baykoo on this machine with the sample election, until Ctrl-C (BAYKOO_PORT=4510)
	@$(bin)/python -m infra.local

.PHONY: demo
demo: environments ## The same with a rehearsed day at 60 times speed behind the page and the wall
	@$(bin)/python -m infra.local --demo

.PHONY: pictures
pictures: environments browser ## Draw the pictures of README.md and docs/ from a rehearsed election
	@$(bin)/python -m infra.pictures

.PHONY: browser
browser: ## Bring the browser that tests draw pages in, as root; say what brings it where this is not root
	@$(PYTHON) infra/browser.py

.PHONY: test
test: environments browser ## Run every test: unit, integration and end-to-end, against stacks that they start
	@$(bin)/python -m pytest $(one_more) -m "not long" tests/e2e tests/pages tests/integration tests/unit

.PHONY: test-pages
test-pages: environments browser ## Try the page whole in a browser: every screen, language, theme and width
	@$(bin)/python -m pytest --durations=10 tests/pages

.PHONY: test-long
test-long: environments ## Run what wants the machine for itself or takes long: a flood, rehearsals while calls fail or the emulator dies, 10^5 reports, 10^6 messages
	@$(bin)/python -m pytest -m long -rP tests/e2e
	@$(bin)/python -m pytest -m long -s tests/unit tests/integration --ignore tests/integration/costs

.PHONY: test-fast
test-fast: environments browser ## Run the unit tests alone, within a minute
	@$(bin)/python -m pytest $(side_by_side) tests/unit

.PHONY: faults
faults: environments ## Fail every call to AWS in every manner (docs/developer.md, Faults)
	@BAYKOO_FAULTS=all $(bin)/python -m pytest $(side_by_side) tests/integration/faults

.PHONY: fuzz
fuzz: environments browser ## Try hostile SMS and requests for half an hour (BAYKOO_FUZZ_SMS, BAYKOO_FUZZ_SEED)
	@BAYKOO_FUZZ_SECONDS=$${BAYKOO_FUZZ_SECONDS:-500} BAYKOO_FUZZ_SMS=$${BAYKOO_FUZZ_SMS:-10000} \
	  BAYKOO_FUZZ_REQUESTS=$${BAYKOO_FUZZ_REQUESTS:-20000} $(bin)/python -m pytest -rP \
	  tests/unit/hostile tests/e2e/test_api_by_its_document.py tests/pages/test_hostile_page.py

.PHONY: lint
lint: style types layers template ## Check style, types, layers and the packaged template (-j2 --output-sync: side by side)

.PHONY: style
style: environments ## Check style alone, by ruff
	$(bin)/ruff check
	$(bin)/ruff format --check

.PHONY: types
types: environments ## Check types alone, by mypy
	$(bin)/mypy app.py chalicelib infra

.PHONY: layers
layers: environments ## Check which room imports which alone
	$(bin)/lint-imports

.PHONY: template
template: environments ## Check the packaged template alone, by cfn-lint and checkov
	@template="$$($(bin)/python -m infra.bundle | tail -n 1)" && $(bin)/cfn-lint infra/account.yaml "$$template" && \
	  $(PYTHON) infra/environments.py --lint && $(bin)/python -m infra.static_check infra/account.yaml "$$template"

.PHONY: advisories
advisories: environments ## Ask which weaknesses are known of the pinned packages: exit 1 where one is, 2 where nobody could be asked
	@$(PYTHON) infra/environments.py --lint && $(bin)/python -m infra.advisories

.PHONY: bench
bench: environments ## Measure: processor time against bare requests, units, imports, reading, throughput (docs/performance.md)
	@$(bin)/python -m pytest -p no:logging tests/bench \
		$(patsubst %,tests/integration/costs/test_%.py,cpu_against_bare capacity summary_cost board_cost)

.PHONY: load
load: environments ## Hand 10,000 signed SMS in to a local stack, and print rates, percentiles and what is lost (MESSAGES=10000)
	@$(bin)/python -m infra.load $(MESSAGES)

.PHONY: scale
scale: environments ## Simulate 10^5 and 10^6 observers at eight o'clock, and draw docs/scale.md's figures (minutes)
	@$(bin)/python -m infra.scale

.PHONY: package
package: environments ## Make the bundle and the template, and print the bundle's size
	@$(bin)/python -m infra.bundle

.PHONY: deploy
deploy: environments ## Check, deploy to AWS, try it: STACK=… REGION=… BUCKET=… PARAMETERS="…" [ALERT_TO=…] [ADOPT=yes] [YES=yes]
	@$(bin)/python -m infra.deploy "$(STACK)" --region "$(REGION)" --bucket "$(BUCKET)" \
		$(if $(ALERT_TO),--alert-to "$(ALERT_TO)") $(if $(ADOPT),--adopt) $(if $(YES),--yes) $(PARAMETERS)

.PHONY: undeploy
undeploy: environments ## Remove a stack from AWS and keep its tables: STACK=… REGION=…
	@$(bin)/python -m infra.deploying.undeploy "$(STACK)" --region "$(REGION)"

.PHONY: pins
pins: environments ## Pin what infra/requirements/*.in name, with hashes and with all that it needs
	@cd infra/requirements && \
	  $(pin) lambda.in -o ../../requirements.txt && $(pin) tools.in -o tools.txt && $(pin) emulator.in -o emulator.txt && \
	  $(pin) lint.in -o lint.txt

.PHONY: vendor
vendor: environments ## Bring the page's libraries from npm as vendor.toml names them, with their sha256
	@$(bin)/python -m infra.vendor

.PHONY: clean
clean: ## Remove the environments and everything that was made
	rm -rf .venv .baykoo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
