/** The style of the tables of a page, their notes and commands; a part of the page's style. */
export const tableStyle = `
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.4em}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem .7rem;border-bottom:1px solid var(--line);vertical-align:top;text-align:left;font-weight:400}
thead th{background:var(--head);vertical-align:bottom}
tbody tr:last-child>*{border-bottom:0}
.right{text-align:right;font-variant-numeric:tabular-nums}
.right[data-value] .main{white-space:nowrap}
.figures td.right:not([data-value]){max-width:18rem}
.figures tbody th{min-width:9rem}
.wordy th,.wordy td{overflow-wrap:anywhere;min-width:6.5rem}
.main{display:inline}
small{display:block;color:var(--faint);font-size:.8rem;white-space:normal}
abbr{text-decoration:none;color:var(--warn);font-weight:700}
.good .main{color:var(--good)}.warn .main{color:var(--warn)}.bad .main{color:var(--bad);font-weight:600}
.sort{all:unset;cursor:pointer;font-weight:600}
.sort::after{content:" \\2195";color:var(--faint)}
[aria-sort=ascending] .sort::after{content:" \\2191";color:var(--ink)}
[aria-sort=descending] .sort::after{content:" \\2193";color:var(--ink)}
.wordy pre{margin:0;min-width:19rem;font:.8rem/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
.copy{margin-top:.4rem;font:inherit;font-size:.85rem;color:var(--accent);background:var(--head);border:1px solid var(--faint);border-radius:.3em;padding:.1rem .6rem;cursor:pointer}
.notes{font-size:.85rem;color:var(--faint);padding-left:1.4rem;margin:.5rem 0;overflow-wrap:anywhere}
@media (max-width:40rem){.coded thead{position:static}.coded tr{display:grid}.coded tbody tr{border-bottom:1px solid var(--line)}.coded tbody tr>*{border-bottom:0;padding-bottom:.1rem}.coded thead tr{grid-template-columns:repeat(4,auto)}.coded thead th{min-width:0}.coded tbody th{font-weight:600}.coded pre{min-width:0}th,td{padding:.35rem .45rem}.figures thead th{min-width:5.5rem}.figures td.right:not([data-value]){max-width:9rem}.figures tbody th{min-width:7rem}.figures tbody th{position:sticky;left:0;background:var(--paper);max-width:9rem;white-space:normal}}
@media print{.scroll{overflow:visible;border:0}.sort::after{content:""}.copy{display:none}tr{break-inside:avoid}}
`.trim()
