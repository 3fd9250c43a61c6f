import { darkColours, FONT, lightColours, paperColours } from '../render/html/palette.ts'

/** The colour of lines unless a seller states one. */
export const DEFAULT_COLOUR = '#0b5cad'

/** The style of both pages of a quote: paper first, one or two A4 pages; a phone; dark. System fonts, no file from anywhere. */
export const quoteStyle = `
@page{size:A4;margin:11mm 14mm 12mm}
:root{color-scheme:light dark;${lightColours};--stamp:rgba(176,32,32,.13)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:190mm;padding:8mm 5mm;font:9pt/1.35 ${FONT};color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1{font-size:20pt;line-height:1.1;margin:0 0 1.5mm}
h2{font-size:11pt;margin:4mm 0 1.2mm;padding-bottom:.6mm;border-bottom:.5mm solid var(--accent);break-after:avoid}
h3{font-size:11pt;margin:0}
p{margin:.8mm 0}
header{display:flex;justify-content:space-between;gap:8mm;align-items:flex-end}
.title{margin-left:auto;text-align:right}
header>div{flex:none}
header h1{white-space:nowrap}
.logo{display:block;max-width:60mm;max-height:14mm}
.parties{display:grid;grid-template-columns:1fr 1fr auto;gap:2mm 8mm;margin-top:2mm}
.parties .facts dt{width:26mm}
.party strong{font-size:11pt}
.small,small,.party{color:var(--faint);font-size:8pt}
.party strong{color:var(--ink)}
.party p{margin:0}
small{display:block}
.facts{margin:0}
.facts div{display:flex;gap:3mm}
.facts dt{color:var(--faint);flex:none;width:26mm}
.facts dd{margin:0;min-width:0}
.shared{display:grid;grid-template-columns:1fr 1fr;gap:0 6mm;margin-top:1.5mm}
.server{display:grid;grid-template-columns:1fr 1fr;gap:0 6mm}
.facts.server dt{width:40mm}
.options{display:grid;gap:3mm;grid-template-columns:repeat(auto-fit,minmax(44mm,1fr))}
.option{background:var(--head);border-top:1.2mm solid var(--accent);padding:2mm 3mm;break-inside:avoid;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.amount{margin:1.5mm 0 0}
.amount strong{font-size:17pt;line-height:1.15;display:block;white-space:nowrap}
.option .facts{margin-top:1.5mm;border-top:.2mm solid var(--line);padding-top:1mm}
.option .facts div{display:block;margin-top:.8mm}
.option .facts dt{width:auto;font-size:8.5pt}
.single .option{display:grid;grid-template-columns:1fr 1fr;gap:0 6mm}
.single .option .facts{margin:0;border:0;padding:0}
.single .option .facts div{display:flex}
.single .option .facts dt{width:33mm}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;font-weight:400;padding:.45mm 3mm .45mm 0;border-bottom:.2mm solid var(--line)}
thead th{color:var(--faint);font-size:8pt}
tr{break-inside:avoid}
.matrix th[scope=row]{width:var(--first,64mm)}
.matrix{font-size:8.5pt;table-layout:fixed}
.matrix thead th:first-child{width:var(--first,64mm)}
.matrix tr:last-child,.matrix tr:nth-last-child(2){break-before:avoid}
.matrix th .small{font-size:7.5pt}
.figures th:first-child{width:62mm}
.figures td{font-size:8pt}
.figures .right{font-size:9pt}
.matrix td strong{white-space:nowrap}
.group th{border-bottom:0;padding-top:1.6mm;font-weight:700}
.group small{font-weight:400}
.group{break-after:avoid}
.right{text-align:right;padding-right:0;white-space:nowrap;font-variant-numeric:tabular-nums}
.total th,.total td{font-weight:700}
ul{margin:1mm 0;padding-left:4.5mm}
li{margin:.3mm 0}
code,.digests td{font-family:"DejaVu Sans Mono","Liberation Mono",monospace;font-size:6.4pt}
.digests td span{font-family:${FONT};color:var(--faint)}
.digests td:last-child{width:92mm;padding-right:0}
section{break-inside:avoid}
.long{break-inside:auto}
.lines{display:grid;grid-template-columns:1fr 1fr;gap:0 8mm;margin-top:1mm}
.lines p{display:flex;align-items:flex-end;gap:2mm;margin:0;height:9.5mm}
.lines span:last-child{flex:1;border-bottom:.3mm solid var(--faint);height:5mm}
.choice{display:inline-block;margin-right:6mm;white-space:nowrap}
.tick{display:inline-block;width:3.2mm;height:3.2mm;border:.3mm solid var(--faint);margin-right:1.5mm;vertical-align:-.4mm}
.banner{margin:0 0 4mm;padding:2mm 3mm;border:.4mm solid var(--bad);color:var(--bad);font-weight:700}
body[data-stamp]::after{content:attr(data-stamp);position:fixed;top:38%;left:0;right:0;margin:0;text-align:center;font-size:74pt;font-weight:700;letter-spacing:.08em;line-height:1;color:var(--stamp);transform:rotate(-32deg);pointer-events:none;z-index:1;overflow-wrap:normal;white-space:nowrap;print-color-adjust:exact;-webkit-print-color-adjust:exact}
footer{margin-top:3mm}
@media print{:root{color-scheme:light;${paperColours}}body{padding:0;max-width:none}.compact{font-size:8pt;line-height:1.25}.compact h2{margin-top:2.6mm}.compact .matrix{font-size:8pt}.compact .group th{padding-top:1.4mm}.compact .small,.compact small,.compact .party{font-size:7.2pt}.compact .lines p{height:7.5mm}.compact th,.compact td{padding-top:.25mm;padding-bottom:.25mm}.compact code,.compact .digests td{font-size:6pt}}
@media screen and (prefers-color-scheme:dark){:root{${darkColours};--stamp:rgba(255,120,110,.15)}.logo{background:#fff;padding:1.5mm;border-radius:1mm}}
@media screen and (max-width:40rem){body{padding:4mm;font-size:11pt}header,.single .option{display:block}.parties,.server,.shared,.lines,.options{grid-template-columns:1fr}body[data-stamp]::after{font-size:46pt}.single .option .facts{margin-top:2mm;border-top:.2mm solid var(--line);padding-top:1mm}.matrix,.matrix th .small,.small,small,.party,.option .facts dt{font-size:9.5pt}code,.digests td{font-size:8pt}
.matrix thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.matrix tr{display:block;padding:1mm 0;border-bottom:.2mm solid var(--line)}
.matrix th,.matrix td{display:block;border:0;padding:.2mm 0;width:auto}
.matrix th[scope=row]{width:auto}
.many td{display:flex;justify-content:space-between;gap:3mm}
.many td::before{content:attr(data-option);color:var(--faint);flex:none;max-width:45%}
.many td>span{text-align:right}
.parties .facts dt{width:36mm}
.figures thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.figures tr{display:grid;grid-template-columns:1fr auto;border-bottom:.2mm solid var(--line);padding:.6mm 0}
.figures th,.figures td{border:0}.figures th:first-child{width:auto}.figures td:nth-child(2){grid-row:2;grid-column:1/-1}
.digests tr,.digests td,.digests th{display:block;border:0}.digests td:last-child{width:auto}.digests tr{border-bottom:.2mm solid var(--line)}.digests thead{display:none}}
`
