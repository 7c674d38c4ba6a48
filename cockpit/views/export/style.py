"""How exports look by day, by night and on paper; no file beside it, no font from elsewhere."""

from __future__ import annotations

from typing import Final

# A page may show its own style and nothing else: no script, no picture, no request.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

CSS: Final = """
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#171a21;--dim:#5b6472;--line:#dfe3e9;
--soft:#eef1f5;--accent:#2456a6;--ok:#24734a;--at-risk:#8a6700;--degraded:#a85508;--failing:#bd3413;
--down:#9d1030;--unknown:#4c4f69;--ok-bg:#e5f3ea;--at-risk-bg:#fbf3d4;--degraded-bg:#fcebd8;
--failing-bg:#fbe1d9;--down-bg:#f7d9df;--unknown-bg:#e6e7ef;--during:#2456a61a;--unseen:#6b728040;
--trace:#1b3f7d}
@media (prefers-color-scheme:dark){
:root{--bg:#0f1217;--card:#171b22;--ink:#e8ebf1;--dim:#9aa4b4;--line:#2c333e;--soft:#1f252e;
--accent:#8db4f5;--ok:#6fd09b;--at-risk:#e5c45a;--degraded:#f2a65a;--failing:#ff8a68;--down:#ff7c96;
--unknown:#b9bdd8;--ok-bg:#163524;--at-risk-bg:#352d10;--degraded-bg:#3a2812;--failing-bg:#3d1d13;
--down-bg:#40141f;--unknown-bg:#282b3a;--during:#8db4f51c;--unseen:#9aa4b440;--trace:#a9c8ff}
}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",
Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:60rem;margin:0 auto;padding:2.2rem 1.2rem 4rem}
h1{font-size:1.95rem;line-height:1.2;margin:.35rem 0 .5rem;letter-spacing:-.015em}
h2{font-size:1.28rem;margin:0 0 .8rem;letter-spacing:-.005em}
h3{font-size:1.02rem;margin:1.4rem 0 .35rem}
p{margin:.4rem 0}
a{color:var(--accent)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.4rem;
margin:1.1rem 0}
header p.where,.dim,td.dim,figcaption span,.tile small,.none{color:var(--dim)}
header p.where{margin:0;font-size:.92rem}
.lead{font-size:1.08rem;line-height:1.6}
.lead p{margin:.3rem 0}
.warn{background:var(--at-risk-bg);color:var(--ink);border-left:4px solid var(--at-risk);
padding:.55rem .9rem;border-radius:6px;margin:.8rem 0}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;font-size:.9rem;margin:.9rem 0 0}
nav a{text-decoration:none}
.badge{display:inline-block;border-radius:99px;padding:.08rem .65rem;font-weight:650;font-size:.84rem;
white-space:nowrap;border:1px solid currentColor}
.is-ok{color:var(--ok)}
.is-at-risk{color:var(--at-risk)}
.is-degraded{color:var(--degraded)}
.is-failing{color:var(--failing)}
.is-down{color:var(--down)}
.is-unknown,.is-unmonitored{color:var(--unknown)}
.badge.is-ok{background:var(--ok-bg)}
.badge.is-at-risk{background:var(--at-risk-bg)}
.badge.is-degraded{background:var(--degraded-bg)}
.badge.is-failing{background:var(--failing-bg)}
.badge.is-down{background:var(--down-bg)}
.badge.is-unknown,.badge.is-unmonitored{background:var(--unknown-bg);border-style:dashed}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.3rem,1fr));gap:.7rem;margin:1.1rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.75rem .95rem}
.tile b{display:block;font-size:1.22rem;line-height:1.3;letter-spacing:-.01em}
.tile span{font-size:.84rem;font-weight:600}
.tile small{display:block;font-size:.8rem;line-height:1.35;margin-top:.15rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.91rem}
th{text-align:left;font-weight:600;color:var(--dim);font-size:.8rem;white-space:nowrap}
th,td{padding:.42rem .8rem .42rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
td.time{white-space:nowrap;font-variant-numeric:tabular-nums;color:var(--dim)}
td.time:first-child{color:var(--ink)}
tr.day th{padding-top:1.1rem;color:var(--ink);font-size:.9rem}
tr.key td.what{font-weight:600}
td small{display:block;color:var(--dim);font-weight:400;line-height:1.4}
td.what{white-space:pre-line}
td.label{color:var(--dim);width:8rem}
td.name{white-space:nowrap;font-weight:600}
ul,ol{margin:.3rem 0;padding-left:1.3rem}
li{margin:.22rem 0;white-space:pre-line}
blockquote{margin:.5rem 0 1.2rem;padding:.65rem 1rem;background:var(--soft);
border-left:3px solid var(--accent);border-radius:0 8px 8px 0;white-space:pre-wrap}
code{font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--soft);
border-radius:5px;padding:.1rem .35rem;word-break:break-all}
.answer{min-height:4.2rem;border:1px dashed var(--line);border-radius:8px}
figure{margin:0 0 1.6rem}
figcaption{margin:0 0 .1rem;font-size:.92rem}
figcaption b{font-weight:650}
svg{display:block;width:100%;height:auto;font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,
sans-serif}
svg text{fill:var(--dim)}
.mid{text-anchor:middle}
.end{text-anchor:end}
.chart .field{fill:var(--soft)}
.chart .during{fill:var(--during)}
.chart .grid{stroke:var(--line)}
.chart .tickmark{stroke:var(--dim)}
.chart .day{font-size:10px}
.chart .band{fill:currentColor;opacity:.11}
.chart .limit{stroke:currentColor;stroke-dasharray:5 4;opacity:.8}
.chart text.name{fill:currentColor;font-weight:600;font-size:10.5px}
.chart .line{fill:none;stroke:var(--trace);stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}
.chart .sample{fill:var(--trace)}
.chart .unseen{fill:var(--unseen)}
.chart .why{font-style:italic;fill:var(--ink)}
.chart line.mark{stroke:var(--accent);stroke-dasharray:2 3}
.chart circle.mark{fill:var(--accent)}
.chart text.mark{fill:var(--card);font-size:9px;font-weight:700}
.graph .need{fill:none;stroke:var(--dim);stroke-width:1.4}
.graph .soft{stroke-dasharray:6 4}
.graph .none{stroke-dasharray:1.5 4}
.graph .part{stroke:currentColor;stroke-width:1.6;fill:var(--unknown-bg)}
.graph rect.is-ok{fill:var(--ok-bg)}
.graph rect.is-at-risk{fill:var(--at-risk-bg)}
.graph rect.is-degraded{fill:var(--degraded-bg)}
.graph rect.is-failing{fill:var(--failing-bg)}
.graph rect.is-down{fill:var(--down-bg)}
.graph rect.is-unknown{stroke-dasharray:5 4}
.graph .title{fill:var(--ink);font-weight:600;font-size:11.5px}
.graph text.level{fill:currentColor;font-weight:600}
.graph text.note{fill:var(--ink);font-style:italic}
.track .rail{fill:var(--line)}
.track .fill{fill:var(--failing)}
.track .calm{fill:var(--ok)}
.track circle{fill:var(--card);stroke:var(--ink);stroke-width:2.2}
.track text.title{fill:var(--ink);font-weight:650}
.track .gone circle{stroke-dasharray:2 2}
footer{color:var(--dim);font-size:.85rem;margin-top:1.6rem}
@media (max-width:40rem){
main{padding:1.2rem .8rem 3rem}
section{padding:1rem .9rem}
h1{font-size:1.5rem}
}
@media print{
:root{color-scheme:light;--bg:#fff;--soft:#f3f4f6}
body{font-size:10.5pt}
main{max-width:none;padding:0}
section{border:0;padding:0;margin:1.4rem 0}
nav{display:none}
.tiles{grid-template-columns:repeat(3,1fr)}
h2,h3,figcaption{break-after:avoid}
figure,blockquote,tr,.tile{break-inside:avoid}
.scroll{overflow:visible}
.answer{min-height:7rem}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
@page{margin:16mm 14mm}
""".strip()
