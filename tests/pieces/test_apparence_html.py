"""Le texte d'une page HTML : ce qui se voit est imprimé, ce qui est rayé le reste, ce qui est caché ne sort pas."""

import time

import pytest

from generateur.pieces.html_en_texte import extraire_texte

NOTE = "[texte que le message cache, non reproduit]"
BARRE = "<style>.ancien { text-decoration: line-through } td.vieux, #v { text-decoration-line: line-through }</style>"


@pytest.mark.parametrize(
    "html",
    [
        "<p style='display: none !important'>SECRET</p>",
        "<style>.h{display:none}</style><div class='a h'>SECRET</div>",
        "<style>/* .h{} */ .k, #z {visibility:hidden}</style><div id=z>SECRET</div>",
        "<style>.pied .h {display:none}</style><div class=pied><p><span class=h>SECRET</span></p></div>",
        "<p style='font-size:1px'>SECRET</p>",
        "<p style='text-indent:-9999px'>SECRET</p>",
        "<p style='position:absolute; left:-10000px'>SECRET</p>",
        "<p style='color:transparent'>SECRET</p>",
        "<p style='color:rgba(0, 0, 0, 0)'>SECRET</p>",
        "<p style='color:#fefefe'>SECRET</p>",
        "<font color=white>SECRET</font>",
        "<td style='background:#003366; color:#003366'>SECRET</td>",
        "<div style='background:#003366; color:white'><p style='background:white'>SECRET</p></div>",
        "<p hidden>SECRET</p>",
    ],
)
def test_un_texte_cache_ne_sort_pas_et_c_est_dit(html: str) -> None:
    assert extraire_texte(f"<p>Vu.</p>{html}<p>Fin.</p>").split("\n\n") == ["Vu.", "Fin.", NOTE]


@pytest.mark.parametrize(
    "html",
    [
        "<td style='background:#003366'><span style='color:#fff'>Vu</span></td>",
        "<td bgcolor='#003366'><font color=white>Vu</font></td>",
        "<style>.bandeau{background-color:navy} .t{color:white}</style><div class=bandeau><b class=t>Vu</b></div>",
        "<div style='background:url(fond.png)'><span style='color:white'>Vu</span></div>",
        "<body bgcolor=black text=white><p>Vu</p></body>",
        "<style>@media print{.h{display:none}} @media (max-width:600px){.h{display:none}}</style><p class=h>Vu</p>",
        "<style>.autre .h{display:none}</style><p class=h>Vu</p>",
        "<td style='font-size:0'><span style='font-size:14px'>Vu</span></td>",
        "<p style='color:windowtext'>Vu</p>",
        "<p style='color:#000;background:transparent'>Vu</p>",
        "<style>p{color:white} p{color:black}</style><p>Vu</p>",
        "<style>p::after{display:none} a:hover{display:none}</style><p><a>Vu</a></p>",
    ],
)
def test_un_texte_qui_se_voit_est_imprime(html: str) -> None:
    assert extraire_texte(html) == "Vu"


@pytest.mark.parametrize(
    ("html", "lu"),
    [
        (f"{BARRE}<p>Prix <span class='prix ancien'>1 200</span> 900</p>", "Prix [rayé : 1 200] 900"),
        (f"{BARRE}<p>Prix <b id=v>1 200</b> 900</p>", "Prix [rayé : 1 200] 900"),
        (f"{BARRE}<p>Prix <b class=vieux>1 200</b></p>", "Prix 1 200"),
        ("<p>Prix <s>1 <b>200</b></s> 900</p>", "Prix [rayé : 1 200] 900"),
        ("<p>Prix <span style='text-decoration:line-through red'>1 200</span></p>", "Prix [rayé : 1 200]"),
    ],
)
def test_un_texte_raye_le_reste(html: str, lu: str) -> None:
    assert extraire_texte(html) == lu


@pytest.mark.parametrize(
    "html",
    [
        "<style>" + ".a{display:block;color:red}" * 4_000 + "</style>" + "<p class=a>x</p>" * 5_000,
        "<style>" + "/*" * 100_000 + "</style>x",
        "<style>" + "{" * 200_000 + "</style>x",
        "<style>" + ".a .a .a .a .b{color:red}" * 100 + "</style>" + "<p class='a b'>" * 3_000,
    ],
    ids=["règles", "commentaires", "accolades", "étages"],
)
def test_une_feuille_de_style_sans_fin_ne_retient_pas_la_lecture(html: str) -> None:
    depart = time.process_time()
    extraire_texte(html)
    assert time.process_time() - depart < 8
