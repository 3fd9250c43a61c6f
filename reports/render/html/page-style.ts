import { tableStyle } from './table/table-style.ts'

/** The style of a report page: light and dark by the reader's setting, phone width, print. No external font or file. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#57606a;--line:#d0d7de;--head:#f3f5f7;--good:#116329;--warn:#7d4e00;--bad:#b3141f;--accent:#0b5cad;--band:#0b5cad1f;--s0:#0b5cad;--s1:#b3501e;--s2:#1a7f5a;--s3:#8250c8;--s4:#8a6d00;--s5:#b0306a}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--faint:#9aa5b1;--line:#30363d;--head:#161b22;--good:#56d364;--warn:#e3b341;--bad:#ff8b85;--accent:#79b8ff;--band:#79b8ff2e;--s0:#79b8ff;--s1:#ffa657;--s2:#56d3a0;--s3:#c9a6ff;--s4:#e3c341;--s5:#ff8fc0}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0 auto;max-width:72rem;padding:1rem;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
a{color:var(--accent)}
.stamp{display:inline-block;padding:.05em .5em;border:2px solid var(--warn);border-radius:.3em;color:var(--warn);font-size:.8em;font-weight:700;letter-spacing:.05em}
.banner{border:2px solid var(--warn);border-radius:.4em;padding:.6rem 1rem;color:var(--warn);font-weight:600}
${tableStyle}
.scroll:focus-visible,button:focus-visible,input:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.money{display:flex;flex-wrap:wrap;gap:.8rem 1.5rem;border:1px solid var(--line);border-radius:.4em;padding:.8rem 1rem;margin:1rem 0}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:1.5rem}
figure{margin:0;min-width:0}
figure h3{font-size:1rem;margin:0 0 .3rem}
figure svg{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:.4em}
figcaption{font-size:.85rem;color:var(--faint);margin-top:.3rem;overflow-wrap:anywhere}
.money legend{font-weight:600;padding:0 .4rem}
.money label{display:flex;flex-direction:column;font-size:.9rem;gap:.2rem}
.money input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:.3em;padding:.25rem .4rem;width:9rem}
.money input[type=range]{width:14rem;max-width:70vw;padding:0}
.money output{flex-basis:100%;font-weight:600}
.sources li{margin:.4rem 0;overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){body{padding:.6rem;font-size:15px}}
@page{margin:14mm}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--faint:#444;--line:#999;--head:#eee;--good:#0a4a1c;--warn:#5c3900;--bad:#8d0e17;--accent:#000;--band:#0000001a;--s0:#0b5cad;--s1:#b3501e;--s2:#1a7f5a;--s3:#8250c8;--s4:#8a6d00;--s5:#b0306a}body{max-width:none;font-size:10pt;padding:0}.money{border:0;padding:0}figure{break-inside:avoid}h2{break-after:avoid}.charts{grid-template-columns:1fr 1fr}details>*{display:block}}
`
