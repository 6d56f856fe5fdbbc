// Le peu que la page fait d'elle-même : glisser des fichiers, dire qu'un enregistrement n'a pas abouti.
"use strict";

const bandeau = () => document.getElementById("bandeau-erreur");

function dire(phrase) {
  const p = document.createElement("p");
  p.textContent = phrase;
  bandeau().replaceChildren(p);
}

document.addEventListener("htmx:response:error", (evenement) => {
  const { response, text } = evenement.detail?.ctx ?? {};
  const code = response?.status ?? 0;
  const phrase = response?.headers.get("content-type")?.startsWith("text/plain") ? text : "";
  if (code === 403) dire("Séance fermée : relancez « generateur ouvrir ». La dernière saisie n’est pas enregistrée.");
  else if (phrase || code >= 500) dire(phrase || "L’enregistrement n’a pas abouti : recommencez.");
});

document.addEventListener("htmx:error", () => {
  dire("La page ne répond plus : « generateur ouvrir » est-il arrêté ? La dernière saisie n’est pas enregistrée.");
});

for (const depot of document.querySelectorAll("[data-depot]")) {
  const champ = depot.querySelector("input[type=file]");
  depot.addEventListener("dragover", (evenement) => {
    evenement.preventDefault();
    depot.classList.add("survol");
  });
  depot.addEventListener("dragleave", () => depot.classList.remove("survol"));
  depot.addEventListener("drop", (evenement) => {
    evenement.preventDefault();
    depot.classList.remove("survol");
    if (evenement.dataTransfer.files.length) {
      champ.files = evenement.dataTransfer.files;
      depot.requestSubmit();
    }
  });
}

for (const curseur of document.querySelectorAll("[data-valeur]")) {
  curseur.addEventListener("input", () => {
    document.getElementById(curseur.dataset.valeur).textContent = curseur.value;
  });
}

for (const bouton of document.querySelectorAll("[data-copier]")) {
  bouton.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(bouton.dataset.copier).textContent);
    bouton.textContent = "Copié";
  });
}
