import { darkColours, FONT, lightColours, paperColours } from './palette.ts'
import { tableStyle } from './table/table-style.ts'

/** Sizes of type (a fifth apart) and of space (doubling), the same on every page. */
const scale =
  '--t0:.8125rem;--t1:.875rem;--t2:1rem;--t3:1.125rem;--t4:1.375rem;--t5:1.625rem;--g1:.25rem;--g2:.5rem;--g3:.75rem;--g4:1rem;--g5:1.5rem;--g6:2.5rem;--round:.5rem'

/** The style of every page: light and dark by the reader's setting, phone width, print. No external font or file. */
export const pageStyle = `
:root{color-scheme:light dark;${lightColours};${scale}}
@media (prefers-color-scheme:dark){:root{${darkColours}}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{background:var(--wash)}
body{margin:0 auto;max-width:72rem;padding:var(--g5) var(--g5) var(--g6);font:16px/1.5 ${FONT};color:var(--ink)}
h1{font-size:var(--t5);line-height:1.2;letter-spacing:-.015em;margin:0;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:var(--t4);line-height:1.25;letter-spacing:-.01em;margin:var(--g6) 0 var(--g3)}
a{color:var(--accent)}
.stamp{display:inline-block;padding:.05em .5em;border:2px solid var(--warn);border-radius:.3em;color:var(--warn);font-size:.8rem;font-weight:700;letter-spacing:.05em;line-height:1.3;vertical-align:.1em}
.banner{margin:var(--g3) 0 0;padding:var(--g2) var(--g3);border:1px solid var(--warn);border-left-width:.375rem;border-radius:var(--round);background:var(--soft);color:var(--warn);font-size:var(--t1)}
.banner strong{letter-spacing:.06em;margin-right:.4em}
${tableStyle}
.scroll:focus-visible,button:focus-visible,input:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.money{display:flex;flex-wrap:wrap;gap:.8rem 1.5rem;border:1px solid var(--line);border-radius:var(--round);padding:.8rem 1rem;margin:1rem 0;background:var(--paper)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:var(--g4);margin-top:var(--g4)}
figure{margin:0;min-width:0;padding:var(--g3);background:var(--paper);border:1px solid var(--line);border-radius:var(--round)}
figure h3{font-size:var(--t2);margin:0 0 var(--g2)}
figure svg{display:block;width:100%;height:auto}
figcaption{font-size:var(--t1);color:var(--faint);margin-top:.3rem;overflow-wrap:anywhere}
figcaption p{margin:0 0 .2rem}
.money legend{font-weight:600;padding:0 .4rem}
.money label{display:flex;flex-direction:column;font-size:.9rem;gap:.2rem}
.money input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:.3em;padding:.25rem .4rem;width:9rem}
.money input[type=range]{width:14rem;max-width:70vw;padding:0}
.money output{flex-basis:100%;font-weight:600}
.sources li{margin:.4rem 0;overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){body{padding:var(--g4) var(--g3) var(--g6)}h1{font-size:var(--t4)}h2{font-size:var(--t3)}}
@page{size:A4;margin:12mm}
@media print{:root{color-scheme:light;${paperColours};--t0:7.5pt;--t1:8pt;--t2:9.5pt;--t3:11pt;--t4:12.5pt;--t5:16pt}body{max-width:none;font-size:9pt;line-height:1.35;padding:0}h2{margin:5mm 0 2mm;break-after:avoid}h3{break-after:avoid}.money{border:0;padding:0}figure{break-inside:avoid;padding:4pt}.charts{grid-template-columns:1fr 1fr}details>:not(script){display:block}figcaption summary,figcaption p:has(+details){display:none}figcaption details::details-content{display:block;content-visibility:visible}}
`
