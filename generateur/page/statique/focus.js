// Le clavier reste où l'on travaillait : après un morceau remplacé, après un formulaire abouti qui recharge la page.
"use strict";

const ATTEINTS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='-1']";
const estPerdu = () => !document.activeElement || document.activeElement === document.body;
const atteints = (lieu) => [...lieu.querySelectorAll(ATTEINTS)].filter((element) => element.getClientRects().length);
const nommer = (element) => [element.tagName, element.name ?? "", element.getAttribute("href") ?? "", element.textContent.trim()].join("|");

function designer(element) {
  element.tabIndex = -1;
  element.focus();
}

// Avant : ce qui a la saisie, et les lieux qui le contiennent. Après : lui-même, son jumeau, son voisin, ou ce lieu.
let quitte = null;
document.addEventListener("htmx:before:swap", () => {
  const ici = document.activeElement;
  if (estPerdu() || ici.closest("main") === null) return;
  const lieux = [];
  for (let lieu = ici.closest("[id]"); lieu; lieu = lieu.parentElement?.closest("[id]")) {
    lieux.push([lieu.id, atteints(lieu).indexOf(ici)]);
  }
  quitte = { element: ici, nom: nommer(ici), lieux };
});

document.addEventListener("htmx:after:swap", () => {
  const avant = quitte;
  quitte = null;
  if (!avant || avant.element.isConnected || !estPerdu()) return;
  for (const [id, rang] of avant.lieux) {
    const lieu = document.getElementById(id);
    if (!lieu) continue;
    const possibles = lieu.id === "contenu" ? [] : atteints(lieu);
    const repris = lieu.matches(ATTEINTS) ? lieu : (possibles.find((e) => nommer(e) === avant.nom) ?? possibles[Math.min(Math.max(rang, 0), possibles.length - 1)]);
    if (repris) repris.focus();
    else designer(lieu);
    return;
  }
});

// Un formulaire abouti mène à une page : la même, et l'on revient à sa section ; une autre, et l'on est à son contenu.
document.addEventListener("htmx:before:response", (evenement) => {
  const { response, sourceElement } = evenement.detail?.ctx ?? {};
  if (!response?.headers.get("hx-redirect")) return;
  const formulaire = sourceElement?.closest?.("form");
  const section = formulaire?.closest("section, #constats");
  const geste = formulaire?.contains(document.activeElement) && document.activeElement.matches("button") ? document.activeElement : formulaire?.querySelector("button[type=submit]");
  sessionStorage.setItem("quitte", JSON.stringify({
    page: location.pathname,
    section: section?.getAttribute("aria-labelledby") ?? section?.id ?? "",
    geste: geste?.textContent.trim() ?? "",
    estAjout: formulaire?.action.endsWith("/ajouter") ?? false,
  }));
});

function revenir() {
  const avant = JSON.parse(sessionStorage.getItem("quitte") ?? "null");
  sessionStorage.removeItem("quitte");
  if (!avant || !estPerdu()) return;
  const repere = avant.page === location.pathname && avant.section ? document.getElementById(avant.section) : null;
  const blocs = avant.estAjout ? repere?.closest("section")?.querySelectorAll("article.bloc") : null;
  const champ = blocs?.length ? blocs[blocs.length - 1].querySelector("input:not([type=hidden]), select, textarea") : null;
  if (champ) champ.focus();
  else if (repere) designer(repere.matches("h2, h3") ? repere : (repere.querySelector("h2") ?? repere));
  else document.getElementById("contenu").focus({ preventScroll: true });
  if (!repere || !avant.geste) return;
  // dite une fois la page montrée : une région déjà remplie au chargement ne s'annonce pas
  requestAnimationFrame(() => { document.getElementById("annonce").textContent = `${avant.geste} : c’est fait.`; });
}
revenir();
