import { SERIES_COLORS } from '../chart-look.ts'
import { chapterIds } from './chapters.ts'

/* The style of the page of a report, over that of every page: its scale, its frame, its first screen, its chapters, paper. */

/** Sizes of type (a fifth apart) and of space (doubling), and the two grounds: the page, and what lies on it. */
const tokens = `
:root{--t0:.8125rem;--t1:.875rem;--t2:1rem;--t3:1.125rem;--t4:1.375rem;--t5:1.625rem;--g1:.25rem;--g2:.5rem;--g3:.75rem;--g4:1rem;--g5:1.5rem;--g6:2.5rem;--round:.5rem;--wash:#f5f7f9;--soft:#fff6e5}
@media (prefers-color-scheme:dark){:root{--wash:#080b10;--soft:#221a0a}}
${Array.from({ length: SERIES_COLORS }, (_, at) => `.k${at}{background:var(--s${at})}`).join('')}
`

const frame = `
body{display:grid;grid-template-columns:minmax(0,1fr);max-width:none;margin:0;padding:0;background:var(--wash)}
.page{min-width:0;width:100%;max-width:66rem;margin:0 auto;padding:var(--g5) var(--g5) var(--g6)}
h1{font-size:var(--t5);letter-spacing:-.015em;margin:0;overflow-wrap:anywhere;text-wrap:balance}
.byline{color:var(--faint);font-size:var(--t1);margin:var(--g1) 0 0}
.banner{display:flex;gap:var(--g3);align-items:baseline;margin:var(--g3) 0 0;padding:var(--g2) var(--g3);border:1px solid var(--warn);border-left-width:.375rem;border-radius:var(--round);background:var(--soft);font-size:var(--t1);font-weight:400}
.banner strong{letter-spacing:.06em}
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
@media (min-width:64rem){body{grid-template-columns:14.5rem minmax(0,1fr)}.above{display:none}.beside{display:block;position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:var(--g5) var(--g2) var(--g5) var(--g3)}.page{margin:0;padding-left:var(--g4)}:target{scroll-margin-top:var(--g3)}}
`

const firstScreen = `
.verdict{margin:var(--g3) 0 0}
.verdict p{margin:var(--g1) 0;max-width:63rem;overflow-wrap:anywhere}
.verdict p:first-child{font-size:var(--t3);line-height:1.4;font-weight:600;letter-spacing:-.005em}
.tiles-of{margin:var(--g3) 0 0;color:var(--faint);font-size:var(--t1)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:var(--g3);list-style:none;margin:var(--g2) 0 0;padding:0}
.tile,.decides figure,.about{background:var(--paper);border:1px solid var(--line);border-radius:var(--round)}
.tile{padding:var(--g3);min-width:0}
.tile h3{margin:0 0 var(--g2);font-size:var(--t0);font-weight:600;color:var(--faint);line-height:1.3}
.tile dl{margin:0}.tile dl div{margin:0}
.tile dt{font-size:var(--t0);overflow-wrap:anywhere}
.tile dd{margin:0;font-variant-numeric:tabular-nums}
.tile small{display:inline-block;margin-left:.4em;font-size:var(--t0);color:var(--faint)}
.tile .best dd{font-size:var(--t2)}
.tile .best .main{font-size:var(--t4);font-weight:650;letter-spacing:-.02em;line-height:1.15}
.tile .best small{display:block;margin:0}
.tile .unit{color:var(--faint);font-size:var(--t1)}
.tile .other{margin-top:var(--g2);padding-top:var(--g2);border-top:1px solid var(--line);font-size:var(--t1)}
.tile .other .main{font-weight:600}
.tile .other .unit{font-size:var(--t0)}
.tile .of{margin:var(--g2) 0 0;font-size:var(--t0);color:var(--faint)}
.key{display:inline-block;width:.65em;height:.65em;border-radius:.15em;margin-right:.45em}
.decides{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:var(--g3);margin-top:var(--g3);align-items:stretch}
.decides.alone{grid-template-columns:minmax(0,1fr)}
.decides figure{padding:var(--g3)}
.decides figure svg{border:0}
.decides summary{cursor:pointer}
.about{padding:var(--g3);font-size:var(--t1);min-width:0}
.quality{margin:0 0 var(--g3);padding:var(--g2) var(--g3);border-radius:var(--round);background:var(--head);border-left:.25rem solid var(--faint)}
.quality.good{border-color:var(--good)}.quality.warn{border-color:var(--warn)}.quality.bad{border-color:var(--bad)}
.quality summary{cursor:pointer}.quality ul{margin:var(--g2) 0;padding-left:1.1rem}.quality li{overflow-wrap:anywhere}
.measured{margin:0}.measured div{display:grid;grid-template-columns:5.5rem minmax(0,1fr);gap:var(--g2);padding:var(--g1) 0}
.measured dt{color:var(--faint)}.measured dd{margin:0;overflow-wrap:anywhere}
`

const chapters = `
.chapter{margin-top:var(--g4);border-top:1px solid var(--line)}
.chapter>summary{cursor:pointer;padding:var(--g3) 0;list-style-position:outside;margin-left:1.1rem}
.chapter>summary h2{display:inline;font-size:var(--t4);letter-spacing:-.01em;margin:0}
.chapter h3{font-size:var(--t2);margin:var(--g4) 0 var(--g2)}
.chapter figure,.chapter .money{background:var(--paper)}.chapter .scroll{background-color:var(--paper)}
.chapter figure{border:1px solid var(--line);border-radius:var(--round);padding:var(--g3)}
.chapter figure svg{border:0}
.chapter figure h3{margin:0 0 var(--g2)}
.charts{margin-top:var(--g4);gap:var(--g4)}
.sources{font-size:var(--t1);padding-left:1.2rem}
.unprinted{display:none}
`

const phone = `
@media (max-width:64rem){.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.tile:last-child:nth-child(odd){grid-column:1/-1}}
@media (max-width:64rem){:root{--under-bar:2.3rem}}
@media (max-width:48rem){.page{padding:var(--g4) var(--g3) var(--g6)}h1{font-size:var(--t4)}.verdict p:first-child{font-size:var(--t2)}.decides{grid-template-columns:minmax(0,1fr)}.tiles{gap:var(--g2)}.tile{padding:var(--g2)}.tile .best .main{font-size:var(--t3)}.chapter>summary h2{font-size:var(--t3)}.decides figure,.chapter figure{padding:var(--g2)}}
`

/** A folded chapter is not printed, and its name is in the line that says so. */
const paper = `
@page{size:A4;margin:12mm}
@media print{body{display:block;background:#fff;font-size:9pt;line-height:1.35}nav,.unfold,.money,.chapter:not([open]){display:none!important}.page{max-width:none;padding:0}h1{font-size:16pt}.answer{break-after:page}.verdict p:first-child{font-size:11pt}.tiles{grid-template-columns:repeat(auto-fit,minmax(32mm,1fr))}.tile:last-child:nth-child(odd){grid-column:auto}.tile .best .main{font-size:13pt}.tile,.decides figure,.about{break-inside:avoid}.decides{grid-template-columns:3fr 2fr}.chapter{border-top:0;margin-top:6pt}.chapter>summary{list-style:none;margin:0;padding:4pt 0;break-after:avoid}.chapter>summary h2{font-size:13pt}.chapter h3{font-size:10pt;margin:6pt 0 3pt;break-after:avoid}.chapter figure{padding:4pt}.charts{gap:6pt}.unprinted{display:block;margin-top:8pt;color:var(--faint)}body:not(:has(.chapter:not([open]))) .unprinted{display:none}.banner{background:none}${chapterIds
  .map((id) => `body:has(#c-${id}[open]) .u-${id},body:not(:has(#c-${id}[open])) .e-${id}{display:none}`)
  .join('')}}
`

export const reportStyle = [tokens, frame, firstScreen, chapters, phone, paper].map((part) => part.trim()).join('\n')
