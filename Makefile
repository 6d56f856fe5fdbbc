# Deux commandes : « make demo » installe et produit les dossiers d'exemple ; « make tests » passe les tests.
# Python 3.11, pip et make suffisent : l'environnement est créé sans ensurepip, pip y installe depuis l'extérieur.

PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin

.PHONY: demo tests controle aide verrou propre

demo: $(VENV)/pret
	$(BIN)/generateur demo

tests: $(VENV)/pret-developpement
	$(BIN)/python -m pytest

controle: $(VENV)/pret-developpement
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(VENV)/python-cree:
	$(PYTHON) -m venv --without-pip $(VENV)
	touch $@

$(VENV)/pret: $(VENV)/python-cree requirements.lock pyproject.toml
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/pret-developpement: $(VENV)/pret requirements-dev.lock
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# Refait les deux pages d'aide qui se déduisent du programme, après un changement de clé ou d'option.
aide: $(VENV)/pret-developpement
	$(BIN)/python -m tests.outils.fabriquer_aide

# Refait les verrous après un changement de pyproject.toml (demande uv).
verrou:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group construction pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements.lock --group developpement -o requirements-dev.lock

propre:
	rm -rf $(VENV) sortie
