/** The style of the page of a proof, after that of a report: claims stand under each other on a phone. */
export const proofPageStyle = `
.verdict{font-size:1.4rem;margin:.8rem 0}
.verdict.good,b.good{color:var(--good)}.verdict.warn,b.warn{color:var(--warn)}.verdict.bad,b.bad{color:var(--bad)}
.small{color:var(--faint);font-size:.85rem}
code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.8rem;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));gap:.2rem 1.5rem;margin:.5rem 0 1rem}
.facts div{display:flex;gap:.8rem;min-width:0}
.facts dt{color:var(--faint);flex:none;width:6.5rem}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
td ul{list-style:none;margin:0;padding:0}td li{margin:0 0 .25rem;overflow-wrap:anywhere}td summary{color:var(--faint);font-size:.85rem;cursor:pointer}td details li{font-size:.85rem}
.plain li{margin:.3rem 0;overflow-wrap:anywhere}
.claims thead th:nth-child(1){width:26%}.claims thead th:nth-child(2){width:9rem}.claims thead th:nth-child(4){width:7.5rem}.claims td:last-child,.claims td:last-child code{font-size:.85rem}
.numbers tbody th small{overflow-wrap:anywhere}.numbers tbody th{min-width:10rem}.numbers td.right:last-child{min-width:9rem}
@media screen and (max-width:48rem){.listed thead{display:none}.listed tr,.listed tr>*{display:block;width:auto!important}.listed tr{border-bottom:1px solid var(--line);padding:.4rem 0}.listed tr>*{border:0;padding:.15rem .5rem;text-align:left}.listed tbody th{font-weight:600}.numbers tbody th{position:sticky;left:0;background:var(--paper);min-width:7rem;max-width:8rem}.numbers tbody th small{display:none}}
@media print{.claims details{display:none}.verdict{font-size:14pt}.claims tr{break-inside:auto}td,th{padding:.6mm 1.2mm;font-size:8pt}code,td small,th small{font-size:6.5pt}.claims td:last-child{font-size:7pt}.facts{grid-template-columns:1fr 1fr}.numbers tbody th{min-width:0}}
`
