.DEFAULT_GOAL := help
.PHONY: help setup browser demo up replay test check check-half check-other lint unit unit-half unit-other volume stack bench mutate histories build deploy pictures mail-check lock clean
PYTHON ?= python3
RUN := .venv/bin
SAM := env SAM_CLI_TELEMETRY=0 $(RUN)/sam
CODE := layers functions cli local tests bench
VOLUME := integration/test_life_of_a_case.py oracle property integration/test_scanners.py integration/test_forgery.py \
  integration/test_never_silent.py integration/respond/test_slack_storm.py contract/test_histories_in_dynamodb.py \
  faults/test_matrix.py template smoke
SLOW := $(addprefix --ignore tests/,unit/cli/test_installed.py unit/messages/test_plain_mail.py \
  unit/messages/channels/test_types.py template/test_partitions.py)

# The stack's tests wait for it now and then: all others run beside them, as far as the stack leaves them room.
NICE :=

# schemathesis takes a second to start, and only the stack's tests use it.
PYTEST = $(NICE) $(RUN)/pytest -p no:schemathesis
# Of many short tests, two processes with a half each take two thirds of what xdist takes.
HALF := $(addprefix tests/unit/,messages respond cases cloudtrail)
OTHER := $(addprefix --ignore ,$(HALF))
HALVES = MAKEFLAGS= $(MAKE) --no-print-directory --jobs 2 NICE="$(NICE)"
COVERED = $(NICE) $(RUN)/python -m slipcover --json --out .coverage.$@ -m pytest -p no:schemathesis --durations 10

# Python keeps what it compiles, whatever the environment says: most of the programs below start again and again.
export PYTHONDONTWRITEBYTECODE =

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready .venv-emulator/ready ## Create the two virtual environments that every other target uses

browser: .venv/ready
	$(RUN)/python -m local.browser

demo: setup $(if $(CHECK),browser) ## Play a rescue on this machine; with CHECK=1 a browser clicks for you
	$(RUN)/python -m local demo $(if $(CHECK),--check)

up: setup ## Run the stack on this machine until you press Ctrl+C
	@$(RUN)/python -m local up

replay: setup ## Print the notices that CloudTrail files would have caused: make replay FILES="…" JSON=1
	@$(RUN)/kms-reprieve replay $(if $(JSON),--json) $(FILES)

test: ## Run everything that CI runs, including setup
	$(MAKE) --no-print-directory --jobs 3 NICE="nice -n 19" stack lint volume unit

check: setup ## Run the linters and most of the unit tests: half a minute, while you work
	$(RUN)/ruff check $(CODE) && $(RUN)/ruff format --check $(CODE) && $(RUN)/lint-imports --no-logo
	$(RUN)/mypy layers/reprieve/reprieve cli/kms_reprieve_cli local tests bench functions
	$(HALVES) check-half check-other

check-half:
	$(PYTEST) $(HALF) $(SLOW) --quiet

check-other:
	$(PYTEST) tests/unit tests/template $(OTHER) $(SLOW) --quiet

lint: .venv/ready ## Run the linters and the type checker
	$(RUN)/ruff check $(CODE) && $(RUN)/ruff format --check $(CODE) && $(RUN)/lint-imports --no-logo
	$(NICE) $(RUN)/mypy layers/reprieve/reprieve cli/kms_reprieve_cli local tests bench functions
	$(NICE) $(RUN)/mypy --python-version 3.11 cli/kms_reprieve_cli local
	$(NICE) $(RUN)/cfn-lint template.yaml organization/*.yaml
	$(NICE) $(SAM) validate --lint

# These cover all of the package; those of volume repeat it, at length.
unit: setup
	$(HALVES) unit-half unit-other
	$(RUN)/python -m slipcover --fail-under 100 --merge .coverage.unit-half .coverage.unit-other --out .coverage.json

unit-half:
	$(COVERED) $(HALF)

unit-other:
	$(COVERED) tests $(OTHER) $(addprefix --ignore tests/,end_to_end browser $(VOLUME))

volume: setup build
	$(PYTEST) $(addprefix tests/,$(VOLUME)) --numprocesses 2 --dist worksteal --durations 10

# Two stacks, each with a half of the files. Those come first that want a stack to which nothing has happened yet.
stack: setup browser
	$(RUN)/pytest tests/browser tests/end_to_end --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 10

bench: setup build ## Measure speed, memory and calls; docs/performance.md explains the figures
	$(RUN)/python -m bench

mutate: setup ## Break each rule of the case states, one at a time, and check that the oracle notices
	$(RUN)/python -m tests.oracle.mutate

histories: setup ## Try 20,000 new random histories: twelve minutes
	$(RUN)/python -m tests.oracle random --seed $$(date +%s) --histories 20000

build: .venv/ready ## Build what is deployed, without Docker
	$(SAM) build

deploy: build ## Build, then deploy to your AWS account with `sam deploy --guided`
	$(SAM) deploy --guided

pictures: browser ## Take the pictures of the documents again
	$(RUN)/python -m local.pictures
	npm --prefix tests/mail ci --silent && $(RUN)/python -m tests.mail.gallery

mail-check: setup ## Check the HTML emails for email programs; needs npm
	npm --prefix tests/mail ci --silent && rm -rf build/mails && $(RUN)/python -m tests.mail.written build/mails
	node tests/mail/check.mjs build/mails

lock: setup ## Update the lock files from the .in files
	set -e; for in in layers/reprieve/requirements.in requirements/*.in; do $(RUN)/uv pip compile --quiet --upgrade --universal \
	  --python-version $$(case $$in in layers/*) echo 3.13;; *) echo 3.11;; esac) --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate $$(case $$in in requirements/dev*) echo --constraint layers/reprieve/requirements.txt;; \
	  requirements/operator*) echo --constraint requirements/development.txt;; esac) \
	  $$in --output-file $${in%.in}.txt; done

clean: ## Remove everything that make created
	rm -rf .venv .venv-emulator .aws-sam build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

.venv/ready: requirements/development.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -m venv .venv && $(RUN)/python -m pip install --quiet --require-hashes --requirement requirements/uv.txt
	$(RUN)/uv pip sync --quiet --python $(RUN)/python --require-hashes requirements/development.txt
	$(RUN)/uv pip install --quiet --python $(RUN)/python --no-deps --no-build-isolation --editable . && touch $@

.venv-emulator/ready: requirements/emulator.txt | .venv/ready
	$(RUN)/uv venv --quiet --clear --python $(RUN)/python .venv-emulator
	$(RUN)/uv pip sync --quiet --python .venv-emulator/bin/python --require-hashes requirements/emulator.txt && touch $@
