import { SERIES_COLORS } from '../chart-look.ts'
import { chapterIds } from './chapters.ts'

/* The style of the page of a report, over that of every page: its frame, its first screen, its chapters, paper. */

/** The colour of a card beside its name, as the charts have it. */
const keys = Array.from({ length: SERIES_COLORS }, (_, at) => `.k${at}{background:var(--s${at})}`).join('')

const frame = `
body{display:grid;grid-template-columns:minmax(0,1fr);max-width:none;margin:0;padding:0}
.page{min-width:0;width:100%;max-width:66rem;margin:0 auto;padding:var(--g5) var(--g5) var(--g6)}
.byline{color:var(--faint);font-size:var(--t1);margin:var(--g1) 0 0}
nav ol{list-style:none;margin:0;padding:0}
nav a{display:block;padding:var(--g1) var(--g3);color:var(--ink);text-decoration:none;font-size:var(--t1);border-left:3px solid transparent}
nav a:hover{text-decoration:underline}
nav [aria-current]{border-left-color:var(--accent);color:var(--accent);font-weight:600}
.beside{display:none}
.above{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--line)}
.above summary{padding:var(--g2) var(--g4);font-size:var(--t1);font-weight:600;cursor:pointer}
.above ol{max-height:70vh;overflow:auto;padding-bottom:var(--g2)}
.above a{padding:var(--g2) var(--g4)}
.unfold{margin:var(--g3) var(--g3);font:inherit;font-size:var(--t0);color:var(--accent);background:none;border:1px solid var(--line);border-radius:var(--round);padding:var(--g1) var(--g3);cursor:pointer}
:target{scroll-margin-top:3.5rem}
@media (min-width:64rem){body{grid-template-columns:14.5rem minmax(0,66rem);justify-content:center}.above{display:none}.beside{display:block;position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:var(--g5) var(--g2) var(--g5) var(--g3)}.page{margin:0;padding-left:var(--g4)}:target{scroll-margin-top:var(--g3)}}
`

const firstScreen = `
.verdict{margin:var(--g3) 0 0}
.verdict p{margin:var(--g1) 0;max-width:63rem;overflow-wrap:anywhere}
.verdict p:first-child{font-size:var(--t3);line-height:1.4;font-weight:600;letter-spacing:-.005em}
.tiles-of{margin:var(--g3) 0 0;color:var(--faint);font-size:var(--t1)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:var(--g3);list-style:none;margin:var(--g2) 0 0;padding:0}
.tile,.about{background:var(--paper);border:1px solid var(--line);border-radius:var(--round)}
.tile{padding:var(--g3);min-width:0}
.tile h3{margin:0 0 var(--g2);font-size:var(--t0);font-weight:600;color:var(--faint);line-height:1.3}
.tile dl{margin:0}.tile dl div{margin:0}
.tile dt{font-size:var(--t0);overflow-wrap:anywhere}
.tile dd{margin:0;font-variant-numeric:tabular-nums}
.tile small{font-size:var(--t0);color:var(--faint)}
.tile .best dd{font-size:var(--t2)}
.tile .best .main{font-size:var(--t4);font-weight:650;letter-spacing:-.02em;line-height:1.15}
.tile small{display:block;margin:0}
.tile .unit{color:var(--faint);font-size:var(--t1)}
.tile dl>div+div{margin-top:var(--g2);padding-top:var(--g2);border-top:1px solid var(--line)}
.tile .other{font-size:var(--t1)}
.tile .other .main{font-weight:600}
.tile .other .unit{font-size:var(--t0)}
.tile .of{margin:var(--g2) 0 0;font-size:var(--t0);color:var(--faint)}
.key{print-color-adjust:exact;-webkit-print-color-adjust:exact;display:inline-block;width:.65em;height:.65em;border-radius:.15em;margin-right:.45em}
.decides{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:var(--g3);margin-top:var(--g3);align-items:stretch}
.decides.alone{grid-template-columns:minmax(0,1fr)}
.decides summary{cursor:pointer}
.about{padding:var(--g3);font-size:var(--t1);min-width:0}
.quality{margin:0 0 var(--g3);padding:var(--g2) var(--g3);border-radius:var(--round);background:var(--head);border-left:.25rem solid var(--faint)}
.quality.good{border-color:var(--good)}.quality.warn{border-color:var(--warn)}.quality.bad{border-color:var(--bad)}
.quality summary{cursor:pointer}.quality ul{margin:var(--g2) 0;padding-left:1.1rem}.quality li{overflow-wrap:anywhere}
.measured{margin:0}.measured div{display:grid;grid-template-columns:5.5rem minmax(0,1fr);gap:var(--g2);padding:var(--g1) 0}
.measured dt{color:var(--faint)}.measured dd{margin:0;overflow-wrap:anywhere}
`

/** What a reader's own assumptions do not change, and the bar that says so. */
const own = `
.own{position:fixed;left:0;right:0;bottom:0;z-index:3;display:flex;flex-wrap:wrap;gap:var(--g2) var(--g4);align-items:center;justify-content:center;padding:var(--g3) var(--g4);background:var(--soft);border-top:2px solid var(--warn);font-size:var(--t1)}
.own p{margin:0;max-width:58rem;overflow-wrap:anywhere}
.own button{font:inherit;color:var(--accent);background:var(--paper);border:1px solid var(--faint);border-radius:var(--round);padding:var(--g1) var(--g3);cursor:pointer}
.is-own{padding-bottom:10rem}:root:has(.is-own){scroll-padding-bottom:8rem}
.is-own .kept{outline:2px dashed var(--warn);outline-offset:var(--g1);border-radius:var(--round)}
.is-own .answer>.kept{margin-top:var(--g4)}
.kept-mark{margin:0 0 var(--g1);width:fit-content;padding:0 .5em;background:var(--soft);border-radius:.3em;color:var(--warn);font-size:var(--t0);font-weight:600}
.charts>.kept,.decides>.kept{display:flex;flex-direction:column;min-width:0}.kept>figure{flex:1}
`

const chapters = `
.chapter{margin-top:var(--g4);border-top:1px solid var(--line)}
.chapter>summary{cursor:pointer;padding:var(--g3) 0;list-style-position:outside;margin-left:1.1rem}
.chapter>summary h2{display:inline;font-size:var(--t4);letter-spacing:-.01em;margin:0}
.chapter h3{font-size:var(--t2);margin:var(--g4) 0 var(--g2)}
.chapter figure h3{margin:0 0 var(--g2)}
.sources{font-size:var(--t1);padding-left:1.2rem}.sources .of-run{list-style:none;color:var(--faint)}
.unprinted{display:none}
`

const phone = `
@media (max-width:64rem){.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.tile:last-child:nth-child(odd){grid-column:1/-1}}
@media (max-width:64rem){:root{--under-bar:2.3rem}}
@media (max-width:48rem){.page{padding:var(--g4) var(--g3) var(--g6)}.verdict p:first-child{font-size:var(--t2)}.decides{grid-template-columns:minmax(0,1fr)}.tiles{gap:var(--g2)}.tile{padding:var(--g2)}.tile .best .main{font-size:var(--t3)}.chapter>summary h2{font-size:var(--t3)}.decides figure,.chapter figure{padding:var(--g2)}}
`

/** A folded chapter is not printed, and its name is in the line that says so. */
const paper = `
@media print{body{display:block}nav,.unfold,.money,.chapter:not([open]){display:none!important}.page{max-width:none;padding:0}.answer{break-after:page}.tiles{grid-template-columns:repeat(auto-fit,minmax(32mm,1fr))}.tile:last-child:nth-child(odd){grid-column:auto}.tile,.decides figure,.about{break-inside:avoid}.decides{grid-template-columns:3fr 2fr}.chapter{border-top:0;margin-top:6pt}.chapter>summary{list-style:none;margin:0;padding:4pt 0;break-after:avoid}.chapter h3{margin:6pt 0 3pt}.charts{gap:6pt}.own{position:static;justify-content:start;border:1px solid;padding:4pt;margin-bottom:4pt}.own button{display:none}.is-own{padding:0}.unprinted{display:block;margin-top:8pt;color:var(--faint)}body:not(:has(.chapter:not([open]))) .unprinted{display:none}${chapterIds
  .map((id) => `body:has(#c-${id}[open]) .u-${id},body:not(:has(#c-${id}[open])) .e-${id}{display:none}`)
  .join('')}}
`

export const reportStyle = [keys, frame, firstScreen, own, chapters, phone, paper].map((part) => part.trim()).join('\n')
