"""Les pages d'aide en HTML : le Markdown livré, sans HTML brut, ses renvois d'une page à l'autre suivis."""

from markdown_it import MarkdownIt

_LECTEUR = MarkdownIt("commonmark", {"html": False}).enable("table")


def mettre_en_html(texte: str) -> str:
    """Le corps de la page ; « autre.md » devient « /aide/autre », une image se sert de là."""
    jetons = _LECTEUR.parse(texte)
    for jeton in (enfant for bloc in jetons for enfant in bloc.children or ()):
        if jeton.type == "image":
            jeton.attrSet("src", f"/aide/{jeton.attrGet('src')}")
            jeton.attrSet("loading", "lazy")
        if jeton.type == "link_open":
            vers = str(jeton.attrGet("href") or "")
            if ":" not in vers and (nom := vers.partition("#")[0]).endswith(".md"):
                jeton.attrSet("href", f"/aide/{nom.rpartition('/')[2].removesuffix('.md')}")
    return str(_LECTEUR.renderer.render(jetons, _LECTEUR.options, {}))
