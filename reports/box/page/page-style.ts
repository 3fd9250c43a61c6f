import { pageStyle } from '../../render/html/page-style.ts'

/** The style of the page of a server: that of a report, with a verdict first, and one or two A4 pages on paper. */
export const serverPageStyle = `${pageStyle}
h3{font-size:1rem;margin:1rem 0 .4rem}
.scroll{position:relative}
header p{margin:.2rem 0;color:var(--faint)}
.small,.small code{font-size:.85rem}
.small{color:var(--faint);margin:.3rem 0;overflow-wrap:anywhere}
code{font-family:ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.verdict h2{font-size:1.8rem;margin:1rem 0 .6rem;text-transform:uppercase;letter-spacing:.02em}
.verdict h2.good,.word.good{color:var(--good)}.verdict h2.bad,.word.bad{color:var(--bad)}.verdict h2.warn,.word.warn{color:var(--warn)}
.units{align-items:start;list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.8rem}
.units>li{background:var(--paper);border:1px solid var(--line);border-radius:var(--round);padding:.6rem .9rem;min-width:0}
.units h3{margin:0;display:flex;justify-content:space-between;gap:1rem;flex-wrap:wrap}
.word{text-transform:uppercase;letter-spacing:.03em}
.reasons,.remarks,.plain{margin:.4rem 0;padding-left:1.1rem;overflow-wrap:anywhere}
.reasons li,.plain li{margin:.3rem 0}
.remarks{font-size:.85rem;color:var(--faint)}
.plain .bad b{color:var(--bad)}.plain .warn b{color:var(--warn)}
.unseen-losses{columns:3 16rem}.unseen-losses li{margin:0 0 .3rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));gap:.2rem 1.5rem;margin:.5rem 0 1rem}
.facts div{display:flex;gap:.8rem;min-width:0}
.facts dt{color:var(--faint);flex:none;width:6rem}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.identity td{font-size:.85rem}.identity td:nth-child(2){font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.8rem}
.cards .strip{width:9rem;min-width:7.5rem;padding-left:.2rem;padding-right:.2rem}
.cards svg{display:block;width:100%;height:auto;border:0}
.cards td,.cards th{padding:.35rem .6rem}
.cards .range{fill:var(--band)}.cards .usual{fill:var(--faint)}
.cards .in{fill:var(--s0);fill-opacity:.75}.cards .out{fill:var(--bad)}
.cards tbody th{min-width:11rem}.cards thead th{white-space:nowrap}
.digests{list-style:none;padding:0;margin:.4rem 0;columns:2 26rem;font-size:.8rem}
.digests li{break-inside:avoid;margin:0 0 .5rem;overflow-wrap:anywhere}
.digests code{display:block;color:var(--faint);font-size:.72rem}
@media (max-width:40rem){.verdict h2{font-size:1.4rem}.facts dt{width:5.5rem}.cards tbody th{position:sticky;left:0;background:var(--paper);min-width:8.5rem;max-width:8.5rem}.cards td:last-child small{display:none}}
@page{size:A4;margin:11mm 12mm}
@media print{body{font-size:8pt;line-height:1.3}h1{font-size:14pt;margin:0}header p{margin:0}h2{font-size:10pt;margin:2.5mm 0 .8mm}h3{font-size:8.5pt;margin:1.5mm 0 .8mm}.verdict h2{font-size:14pt;margin:1mm 0}.units{grid-template-columns:1fr 1fr;gap:1.5mm}.units>li{padding:1mm 2mm;break-inside:avoid}.units p{margin:0}.reasons,.remarks,.plain{margin:.5mm 0;padding-left:3mm}.reasons li,.plain li{margin:.3mm 0}th,td,.cards td,.cards th{padding:.4mm 1.2mm}.facts{grid-template-columns:1fr 1fr;gap:0 5mm;margin:.5mm 0 1.5mm}.facts dt{width:18mm}small,.small,.small code,.remarks{font-size:6.8pt}.small{margin:.5mm 0}.identity td,.identity td:nth-child(2){font-size:6.3pt}.identity small,.cards td small,.plain small{display:none}.cards td.right small{display:inline;margin-left:1mm;white-space:nowrap}.cards th small{display:inline;margin-left:1.5mm}.cards .strip{width:22mm;min-width:0}.cards tbody th{min-width:0}.charts{gap:3mm}figure{text-align:center}figure h3{font-size:8.5pt;margin:0}figure svg{max-height:46mm;width:auto;max-width:100%;margin:0 auto}figcaption{font-size:6.3pt;text-align:left}.unseen-losses{columns:3}.digests{columns:2;font-size:6.2pt;line-height:1.15}.digests code{font-size:5.4pt}.digests li{margin-bottom:.5mm}section.pictures{break-inside:avoid}.cards td.right{white-space:nowrap}.cards td:last-child{white-space:nowrap}}
`
