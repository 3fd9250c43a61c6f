import { pageStyle } from '../../render/html/page-style.ts'

/** The style of the page of a fleet: that of a report, with the answer and the heat map first. */
export const fleetPageStyle = `${pageStyle}
body{max-width:86rem}
.scroll{position:relative}
.plain-abbr{color:inherit;font-weight:inherit}
.answer{font-size:1.1rem;max-width:62rem;margin:.6rem 0 1rem;overflow-wrap:anywhere}
.outcome{text-transform:uppercase;letter-spacing:.02em}
.outcome.good{color:var(--good)}.outcome.warn{color:var(--warn)}.outcome.bad{color:var(--bad)}
:root{--hot:179,20,31;--cool:17,99,41;--dull:125,78,0}
@media (prefers-color-scheme:dark){:root{--hot:255,120,112;--cool:86,211,100;--dull:227,179,65}}
.heat th,.heat td{padding:.3rem .5rem;font-variant-numeric:tabular-nums}
.heat thead th{min-width:5.2rem;max-width:9rem;overflow-wrap:anywhere;font-weight:600;font-size:.85rem}
.heat tbody th{white-space:nowrap;position:sticky;left:0;background:var(--paper);font-weight:400}
.heat tbody th small{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-width:30rem}
.heat td{white-space:nowrap;border-left:1px solid var(--line)}
.heat td small{display:inline;margin-left:.3rem}
.heat .fleet>*{font-weight:700;border-bottom:2px solid var(--ink)}
.heat .h1{background:rgba(var(--hot),.08)}.heat .h2{background:rgba(var(--hot),.16)}.heat .h3{background:rgba(var(--hot),.28)}
.heat .c1{background:rgba(var(--cool),.08)}.heat .c2{background:rgba(var(--cool),.16)}.heat .c3{background:rgba(var(--cool),.28)}
.heat .none{background:rgba(var(--dull),.14)}
.heat .bad .main{color:var(--ink);font-weight:700}.heat .good .main{color:var(--ink)}.heat .warn .main{color:var(--ink)}
.heat .symbol{display:inline-block;min-width:1.1em;text-align:center}
@media (max-width:40rem){.heat tbody th small{display:none}.heat tbody th{white-space:normal;min-width:7.6rem;max-width:8.5rem;overflow-wrap:break-word}.answer{font-size:1rem}}
@page{size:A4 landscape;margin:11mm}
@media print{:root{--hot:179,20,31;--cool:17,99,41;--dull:125,78,0}body{font-size:8.5pt;line-height:1.3}.heat th,.heat td{padding:.3mm 1.2mm;print-color-adjust:exact;-webkit-print-color-adjust:exact}.heat tbody th{position:static}.heat tbody th small{display:none}.heat tr{break-inside:avoid}.answer{font-size:10pt}h2{break-after:avoid}th,td{padding:.4mm 1.2mm}}
`
