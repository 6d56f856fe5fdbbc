# Deux commandes : « make demo » installe et produit les dossiers d'exemple ; « make tests » passe les tests.
# Python 3.11, pip et make suffisent : l'environnement est créé sans ensurepip, pip y installe depuis l'extérieur.

PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin

.PHONY: demo tests noyau matrice outils paquet controle aide verrou propre

demo: $(VENV)/pret
	$(BIN)/generateur demo

# Tout, sur tous les cœurs ; ce qui demande LibreOffice, poppler, OCRmyPDF ou openssl est à « make outils ».
tests: $(VENV)/pret-developpement
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not outils"

# Le noyau seul : le droit, les sommes, les constats, les voies.
ESSAIS_DU_NOYAU = -n auto --dist worksteal -m "not outils" tests/domaine tests/droit tests/calculs tests/controles tests/procedures

noyau: $(VENV)/pret-developpement
	$(BIN)/python -m pytest $(ESSAIS_DU_NOYAU)

# Le noyau sous chaque autre Python que cette machine a, chacun dans son environnement.
matrice:
	@for version in 3.12 3.13 3.14; do \
	  if python$$version -V >/dev/null 2>&1; \
	  then $(MAKE) noyau PYTHON=python$$version VENV=build/python-$$version || exit 1; \
	  else echo "python$$version n'est pas là : rien n'est essayé avec lui"; fi; \
	done

outils: $(VENV)/pret-developpement build/moto/pret
	$(BIN)/python -m pytest -m outils

# Le serveur S3 des tests, dans son propre environnement : rien n'en entre dans les verrous.
build/moto/pret:
	$(PYTHON) -m venv --without-pip build/moto
	$(PYTHON) -m pip --python build/moto/bin/python install --quiet --disable-pip-version-check "moto[s3]>=5.2,<6" flask flask-cors
	touch $@

# Le paquet construit, installé seul dans un environnement neuf, essayé d'un autre répertoire ; puis les essais du noyau,
# contre lui et non contre le dépôt.
paquet: $(VENV)/pret-developpement
	rm -rf build/paquet && mkdir -p build/paquet/ailleurs
	$(BIN)/python -m hatchling build -t wheel -d build/paquet
	$(PYTHON) -m venv --without-pip build/paquet/venv
	$(PYTHON) -m pip --python build/paquet/venv/bin/python install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PYTHON) -m pip --python build/paquet/venv/bin/python install --quiet --disable-pip-version-check --no-deps build/paquet/*.whl
	cd build/paquet/ailleurs && ../venv/bin/generateur demo -q >/dev/null && ../venv/bin/generateur aide commandes >/dev/null && ../venv/bin/generateur nouveau 2026-0001 -q && ../venv/bin/generateur modeles verifier -q >/dev/null && ../venv/bin/generateur verifier-liasse sortie/2026-0042 -q >/dev/null
	$(PYTHON) -m pip --python build/paquet/venv/bin/python install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	mkdir build/paquet/essais && cp -r tests dossiers modeles pyproject.toml build/paquet/essais/
	cd build/paquet/essais && ../venv/bin/python -m pytest -q $(ESSAIS_DU_NOYAU)

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
	rm -rf $(VENV) sortie build
