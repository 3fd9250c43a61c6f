/** The style of a quote: paper first. A4, one or two pages; system fonts, no file from anywhere. */
export const quoteStyle = `
@page{size:A4;margin:13mm 15mm}
*{box-sizing:border-box}
body{margin:0 auto;max-width:180mm;padding:8mm 4mm;font:9.5pt/1.4 "Helvetica Neue",Arial,"Liberation Sans",sans-serif;color:#16191d;background:#fff;overflow-wrap:anywhere}
h1{font-size:20pt;line-height:1.1;margin:0}
h2{font-size:11pt;margin:4.5mm 0 1.5mm;padding-bottom:.8mm;border-bottom:.4mm solid #0b5cad;break-after:avoid}
p{margin:1mm 0}
header{display:flex;justify-content:space-between;gap:10mm}
header>div{min-width:0}
header .facts{flex:none;margin:0}
.customer{font-size:12pt;margin:1.5mm 0 0}
.seller{color:#4a525b;font-size:8.5pt}
.facts{margin:0}
.facts div{display:flex;gap:3mm}
.facts dt{color:#4a525b;flex:none;width:30mm}
header .facts dt{width:22mm}
.facts dd{margin:0;min-width:0}
.server{display:grid;grid-template-columns:1fr 1fr;gap:0 6mm}
.sum{display:flex;align-items:baseline;justify-content:space-between;background:#eef4fb;border-radius:1.5mm;padding:2mm 4mm;margin:3mm 0;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.sum strong{font-size:17pt}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;font-weight:400;padding:1.1mm 2mm 1.1mm 0;border-bottom:.2mm solid #ccd2d8}
thead th{color:#4a525b;font-size:8.5pt}
tr{break-inside:avoid}
.right{text-align:right;padding-right:0;white-space:nowrap;font-variant-numeric:tabular-nums}
small{display:block;color:#4a525b;font-size:8pt}
.work th:first-child{width:54mm;padding-right:5mm}
.work td:nth-child(2){width:44mm;padding-right:4mm}
.work strong{white-space:nowrap}
.work .right{width:24mm}
.work .right small{white-space:normal}
.further{font-size:8pt;padding-right:5mm}
.further div{display:flex;justify-content:space-between;gap:3mm}
.further div span:last-child{white-space:nowrap;font-variant-numeric:tabular-nums}
.total th,.total td{font-weight:700}
.small,.digests{font-size:8pt}
.small{color:#4a525b}
ul{margin:1mm 0;padding-left:4.5mm}
code,.digests td{font-family:"DejaVu Sans Mono","Liberation Mono",monospace;font-size:7pt}
.digests td span{font-family:Arial,"Liberation Sans",sans-serif;color:#4a525b}
.digests td:first-child{width:52mm}
section{break-inside:avoid}
@media print{body{padding:0;max-width:none}}
@media (max-width:40rem){header,.sum{display:block}.server{grid-template-columns:1fr}body{padding:4mm}}
`
