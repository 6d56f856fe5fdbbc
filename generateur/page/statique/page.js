// Le peu que la page fait d'elle-même : glisser des fichiers, dire qu'un enregistrement n'a pas abouti.
"use strict";

const bandeau = () => document.getElementById("bandeau-erreur");

const noter = (phrase) => { document.getElementById("bandeau-note").textContent = phrase; };

function dire(phrase) {
  const p = document.createElement("p");
  p.textContent = phrase;
  bandeau().replaceChildren(p);
}

document.addEventListener("htmx:response:error", (evenement) => {
  const { response, text } = evenement.detail?.ctx ?? {};
  const code = response?.status ?? 0;
  const phrase = response?.headers.get("content-type")?.startsWith("text/plain") ? text : "";
  if (code === 403) dire("Séance fermée : relancez « generateur ouvrir ». La dernière saisie n’est pas enregistrée.");
  else if (phrase || code >= 500) dire(phrase || "L’enregistrement n’a pas abouti : recommencez.");
});

document.addEventListener("htmx:error", () => {
  dire("La page ne répond plus : « generateur ouvrir » est-il arrêté ? La dernière saisie n’est pas enregistrée.");
});

// Tout est écouté du document : un morceau de page remplacé reste vivant.
const depot = (evenement) => evenement.target.closest?.("[data-depot]");

document.addEventListener("dragover", (evenement) => {
  const zone = depot(evenement);
  if (!zone) return;
  evenement.preventDefault();
  zone.classList.add("survol");
});

document.addEventListener("dragleave", (evenement) => depot(evenement)?.classList.remove("survol"));

document.addEventListener("drop", (evenement) => {
  const zone = depot(evenement);
  if (!zone) return;
  evenement.preventDefault();
  zone.classList.remove("survol");
  if (!evenement.dataTransfer.files.length) return;
  zone.querySelector("input[type=file]").files = evenement.dataTransfer.files;
  if (zone.dataset.depot !== "joindre") zone.requestSubmit();
});

document.addEventListener("submit", (evenement) => {
  const maximum = Number(evenement.target.dataset?.maximum ?? 0);
  if (!maximum) return;
  const fichiers = [...evenement.target.querySelectorAll("input[type=file]")].flatMap((champ) => [...champ.files]);
  const total = fichiers.reduce((somme, fichier) => somme + fichier.size, 0);
  if (total <= maximum) return;
  evenement.preventDefault();
  evenement.stopImmediatePropagation();
  dire(`Ces fichiers pèsent ${Math.ceil(total / 1e6)} Mo, pour ${Math.floor(maximum / 1e6)} Mo reçus au plus en une fois : les envoyer l’un après l’autre, ou copier le plus gros dans le répertoire « pieces » du dossier.`);
}, true);

// Une pièce se glisse à sa place ; ses boutons font la même chose au clavier.
let glissee = null;
const piece = (evenement) => evenement.target.closest?.("[data-ordre] [data-fichier]");
const effacer = () => document.querySelectorAll(".piece.avant, .piece.apres").forEach((p) => p.classList.remove("avant", "apres"));
const dessous = (ligne, evenement) => {
  const cadre = ligne.getBoundingClientRect();
  return evenement.clientY > cadre.top + cadre.height / 2;
};

document.addEventListener("dragstart", (evenement) => {
  glissee = piece(evenement)?.draggable ? piece(evenement) : null;
  if (!glissee) return;
  evenement.dataTransfer.effectAllowed = "move";
  glissee.classList.add("saisie");
});

document.addEventListener("dragover", (evenement) => {
  const ligne = piece(evenement);
  if (!glissee || !ligne) return;
  evenement.preventDefault();
  effacer();
  ligne.classList.add(dessous(ligne, evenement) ? "apres" : "avant");
});

document.addEventListener("drop", (evenement) => {
  const ligne = piece(evenement);
  if (!glissee || !ligne) return;
  evenement.preventDefault();
  const suivante = dessous(ligne, evenement) ? ligne.nextElementSibling : ligne;
  const formulaire = document.getElementById(ligne.closest("[data-ordre]").dataset.ordre);
  if (suivante !== glissee && ligne !== glissee) {
    formulaire.elements.fichier.value = glissee.dataset.fichier;
    formulaire.elements.avant.value = suivante?.dataset.fichier ?? "";
    formulaire.requestSubmit();
  }
});

document.addEventListener("dragend", () => {
  glissee?.classList.remove("saisie");
  glissee = null;
  effacer();
});

document.addEventListener("click", (evenement) => {
  if (evenement.target.closest?.("button[aria-disabled=true]")) evenement.preventDefault();
});

// Un formulaire refusé revient avec ses erreurs : le document déjà choisi ne se choisit pas deux fois.
const gardes = new Map();
document.addEventListener("htmx:before:swap", () => {
  gardes.clear();
  for (const champ of document.querySelectorAll("input[data-garder]")) if (champ.files.length) gardes.set(champ.id, champ.files);
});
document.addEventListener("htmx:after:swap", () => {
  for (const champ of document.querySelectorAll("[data-refuse] input[data-garder]")) if (gardes.has(champ.id)) champ.files = gardes.get(champ.id);
});

// Ce qui peut durer le dit, et depuis combien de temps ; l’annonce vocale n’est faite qu’une fois.
let attente = 0;
function cesser_d_attendre() {
  if (!attente) return;
  clearInterval(attente);
  attente = 0;
  noter("");
}
document.addEventListener("submit", (evenement) => {
  const phrase = evenement.target.dataset?.attente;
  if (!phrase) return;
  cesser_d_attendre();
  noter(`${phrase} en cours…`);
  const compte = document.createElement("span");
  compte.setAttribute("aria-hidden", "true");
  document.getElementById("bandeau-note").append(compte);
  const debut = Date.now();
  attente = setInterval(() => { compte.textContent = ` ${Math.round((Date.now() - debut) / 1000)} s`; }, 1000);
});
for (const fin of ["htmx:after:swap", "htmx:response:error", "htmx:error"]) document.addEventListener(fin, cesser_d_attendre);
window.addEventListener("pageshow", cesser_d_attendre);

// Un PDF s’imprime du lecteur du navigateur : son onglet s’ouvre, l’impression s’y propose ; sinon, une phrase dit quoi faire.
const SINON = "Ctrl+P dans cet onglet, ou l’imprimante de son lecteur.";
document.addEventListener("click", (evenement) => {
  const lien = evenement.target.closest?.("a[data-imprimer]");
  if (!lien || evenement.ctrlKey || evenement.metaKey || evenement.shiftKey) return;
  evenement.preventDefault();
  const lecteur = window.open(lien.href, "_blank");
  if (!lecteur) return noter("Le navigateur empêche d’ouvrir un onglet : ouvrez le PDF par son lien, puis Ctrl+P.");
  noter(`Le PDF s’ouvre dans un autre onglet, et l’impression s’y propose. Sinon : ${SINON}`);
  lecteur.addEventListener("load", () => {
    try {
      if (lecteur.document.contentType !== "application/pdf") return noter("Ce fichier n’est plus là : rechargez la page.");
      lecteur.print();
    } catch {
      noter(`Le PDF est ouvert dans un autre onglet ; ce navigateur n’en lance pas l’impression d’ici : ${SINON}`);
    }
  }, { once: true });
});

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

// Un lien de constat mène au champ lui-même : ce qui le cache se déplie, et il reçoit la saisie.
function viser() {
  const pas = decodeURIComponent(location.hash.slice(1)).split("-");
  if (pas[0] !== "c") return;
  let cible = null;
  for (let n = pas.length; n > 1 && !cible; n--) cible = document.getElementById(pas.slice(0, n).join("-"));
  cible ??= document.getElementById(`s-${pas[1]}`)?.closest("section");
  if (!cible) return;
  for (let pli = cible.closest("details"); pli; pli = pli.parentElement.closest("details")) pli.open = true;
  const champs = "input:not([type=hidden]), select, textarea";
  const champ = cible.matches(champs) ? cible : (cible.querySelector(champs) ?? cible.querySelector("a, button"));
  champ?.focus();
  champ?.scrollIntoView({ block: "center" });
}
window.addEventListener("hashchange", viser);
document.addEventListener("click", (evenement) => {
  if (evenement.target.closest?.("[data-viser]")?.href === location.href) viser();
});
viser();
