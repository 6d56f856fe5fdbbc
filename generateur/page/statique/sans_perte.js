// Rien de ce qu’on fait ne se perd : un champ rempli avant que la page soit prête, un bouton qu’on presse pendant
// qu’elle se refait, deux gestes qui se suivent de près. Chargé avant le contenu.
"use strict";

// htmx n’écoute qu’une fois la page lue : ce qui a changé plus tôt lui est redit.
const changesTropTot = new Set();
const retenir = ({ target }) => changesTropTot.add(target);
document.addEventListener("change", retenir, true);
document.addEventListener("htmx:after:process", () => {
  document.removeEventListener("change", retenir, true);
  for (const champ of changesTropTot) champ.dispatchEvent(new Event("change", { bubbles: true }));
}, { once: true });

// Un bouton remplacé entre l’appui et le relâchement ne reçoit pas le clic : rien ne se remplace pendant l’appui.
let estPresse = false;
const retenues = [];
const presser = ({ button, key }) => { if (button === 0 || key === " ") estPresse = true; };
const relacher = () => setTimeout(() => { // après le clic que ce relâchement fait naître
  estPresse = false;
  for (const reprendre of retenues.splice(0)) reprendre();
});
for (const appui of ["pointerdown", "keydown"]) document.addEventListener(appui, presser, true);
for (const fin of ["pointerup", "pointercancel", "dragend", "keyup"]) document.addEventListener(fin, relacher, true);
document.addEventListener("pointermove", ({ buttons }) => { if (estPresse && !buttons) relacher(); }, true); // levé ailleurs
window.addEventListener("blur", relacher);

function livrerUneFoisLeDoigtLeve(reponse) {
  const lire = reponse.text.bind(reponse);
  reponse.text = async () => {
    const texte = await lire();
    if (estPresse) await new Promise((reprendre) => { retenues.push(reprendre); });
    return texte;
  };
  return reponse;
}

// Les gestes se font l’un après l’autre : ce qu’on produit contient ce qu’on vient de saisir. Si deux d’entre eux
// mènent à une autre page, le dernier dit laquelle.
const mene = (reponse) => reponse.headers.has("hx-redirect");
let dernier = Promise.resolve(false);
async function demander(adresse, demande) {
  if (demande.method === "GET") return livrerUneFoisLeDoigtLeve(await fetch(adresse, demande));
  const faite = dernier.then(() => fetch(adresse, demande));
  const ceGeste = faite.then(mene, () => false);
  dernier = ceGeste;
  const reponse = await faite;
  for (let vu = ceGeste; mene(reponse) && vu !== dernier;) {
    vu = dernier;
    if (await vu) return new Response(null, { status: 204 });
  }
  return livrerUneFoisLeDoigtLeve(reponse);
}
document.addEventListener("htmx:config:request", ({ detail }) => { detail.ctx.fetch = demander; });
