# Everything that is done to the project goes through here: `make` lists it.

# The interpreter that builds the environment; everything after that is .venv/bin/python.
PYTHON ?= python3
# What `make compare` runs: the shipped main design, four policies and their combinations.
COMPARE_ARGS ?= main --out outputs/compare
# What becomes of runs that are there: an unfinished batch of the same plan and code goes on; with `RESULTS=--overwrite`
# those of another are replaced.
RESULTS ?= --resume
PYTEST_ARGS ?=
# What `make show` opens: `make show SHOW_ARGS="rights-package --seed 7"`.
SHOW_ARGS ?=
# `make reference-posterior CALIBRATE_ARGS="--draws 512"` is a trial.
CALIBRATE_ARGS ?=
# `make bench BENCH_ARGS=--record` keeps the measurement in benchmarks/history.csv; `--quick` takes seconds.
BENCH_ARGS ?=
# `make reference-sensitivity SENSITIVITY_ARGS=sensitivity-full SENSITIVITY_OUT=outputs/sensitivity-full` takes hours on two cores.
SENSITIVITY_ARGS ?= sensitivity-quick
SENSITIVITY_OUT ?= outputs/sensitivity
# `make lock LOCK_ARGS=--upgrade` moves every pin to the newest version that fits.
LOCK_ARGS ?=

INSTALL := .venv/bin/python -m pip --disable-pip-version-check --quiet install
COMPILE := build/uv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
           --no-emit-index-url --no-header $(LOCK_ARGS)

# Paths are relative throughout, so a checkout may lie in a folder with spaces in its name.
# Stamps are written last and lie inside .venv: what was interrupted is done again, and an
# environment that is made anew starts without them.
.DELETE_ON_ERROR:
.PHONY: help setup compare extras show reference-posterior reference-sensitivity test bench peers lock clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-21s %s\n", $$1, $$2}' Makefile

setup: .venv/warm.done  ## build .venv from the lock and compile the model (about a minute)

compare: setup  ## compare the shipped policies; results and report.html in outputs/compare
	.venv/bin/displace compare $(COMPARE_ARGS) $(RESULTS)

extras: setup .venv/all.done  ## install all extras: Dask, pyABC and ArviZ, PRIM's boxes, the browser page and the tests

show: setup .venv/viz.done  ## show two worlds side by side in a browser, without a network
	.venv/bin/displace show $(SHOW_ARGS)

# Waves of runs stay in outputs/calibrate: interrupted, the same command goes on.
reference-posterior: setup  ## fit to reported estimates: the posterior behind `--draws posterior` (10 to 15 minutes on two cores)
	.venv/bin/displace calibrate $(CALIBRATE_ARGS) --out outputs/calibrate $(RESULTS)
	@mkdir -p scenarios/fitted
	@cp outputs/calibrate/posterior.parquet outputs/calibrate/fit.json outputs/calibrate/fit.md scenarios/fitted/

test: setup .venv/$(if $(DISPLACE_BROWSER),all,test).done  ## run the tests; with DISPLACE_BROWSER=required those of all extras and of a real browser (Chromium) too
	.venv/bin/python -m pytest -q $(PYTEST_ARGS)

bench: setup  ## measure speed and memory; fails when a small run has become half as slow again
	.venv/bin/python -m benchmarks.speed $(BENCH_ARGS)

peers: setup build/peers/done  ## compare the speed with Mesa's and Starsim's
	.venv/bin/python -m benchmarks.peers

# With PRIM's boxes only after `make extras`; without them the page says that they are missing.
reference-sensitivity: setup  ## make the reference of docs/sensitivity.md anew: what drives the answer
	.venv/bin/displace sensitivity $(SENSITIVITY_ARGS) --out $(SENSITIVITY_OUT) $(RESULTS)
	.venv/bin/python -m displace.reference.sensitivity_page $(SENSITIVITY_OUT)

# The frameworks that `make peers` measures: in an environment of their own, no dependency of anything here.
build/peers/done:
	@"$(PYTHON)" -m venv --clear build/peers
	@build/peers/bin/python -m pip --disable-pip-version-check --quiet install mesa==3.5.1 starsim==3.7.2
	@touch $@

# An environment is trusted only if it was made in this folder, from this lock. Its scripts and its path to the
# code are absolute: copied with the folder, they would silently run the other folder's code.
KEY := $(shell { pwd -P; cat requirements/core.txt; } | cksum)
MADE_WITH := $(shell test -x .venv/bin/python && cat .venv/core.done 2>/dev/null)
ifneq ($(MADE_WITH),$(KEY))
.PHONY: .venv/core.done
endif

.venv/core.done:
	@found=$$("$(PYTHON)" --version 2>&1 | head -n 1); \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { \
	  echo "displace needs Python 3.12 or newer; '$(PYTHON) --version' says: $$found" >&2; \
	  echo "Install one and name it, for instance: make setup PYTHON=python3.13" >&2; exit 1; }; \
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' ($$found) cannot build virtual environments: its modules venv and ensurepip are missing." >&2; \
	  echo "Install them (on Debian and Ubuntu: the package python3-venv) and run make again." >&2; exit 1; }; \
	echo "Building .venv with $$found"
	@"$(PYTHON)" -m venv --clear .venv
	@echo "Installing the pinned packages of requirements/core.txt (about a minute, 1 GB)"
	@$(INSTALL) --no-compile --require-hashes --only-binary :all: -r requirements/core.txt
	@# Byte-compiled on all cores, which pip does on one; a package's own tests are nobody's to run here.
	-@.venv/bin/python -m compileall -qq -j 0 -x '/tests/' .venv/lib
	@echo '$(KEY)' > $@

.venv/installed.done: .venv/core.done pyproject.toml
	@$(INSTALL) --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/warm.done: .venv/installed.done $(shell find model -name "*.py")
	@echo "Compiling the model's weekly kernels (once for each version of model/)"
	@.venv/bin/python -m model
	-@.venv/bin/python -m compileall -qq model scenarios experiments calibration displace
	@touch $@

.venv/test.done: .venv/installed.done requirements/test.txt
	@echo "Installing the test packages of requirements/test.txt"
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements/test.txt
	@touch $@

# One package of these is published as source alone: it is built by the hatchling of the lock.
.venv/viz.done .venv/all.done: .venv/%.done: .venv/installed.done requirements/%.txt
	@echo "Installing the packages of requirements/$*.txt"
	@$(INSTALL) --require-hashes --only-binary :all: --no-binary solara-assets --no-build-isolation -r requirements/$*.txt
	@touch $@

lock: build/uv/bin/uv  ## choose the pinned packages of requirements/ anew, from pyproject.toml
	$(COMPILE) pyproject.toml build.in -o requirements/core.txt
	$(COMPILE) pyproject.toml build.in --extra test -c requirements/core.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml build.in --all-extras -c requirements/test.txt -o requirements/all.txt
	$(COMPILE) pyproject.toml build.in --extra viz -c requirements/all.txt -o requirements/viz.txt

build/uv/bin/uv:
	@"$(PYTHON)" -m venv --clear build/uv
	@build/uv/bin/python -m pip --disable-pip-version-check --quiet install uv

clean:  ## remove the environment and all caches (results in outputs/ stay)
	rm -rf .venv .cache build .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
