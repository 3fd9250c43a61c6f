/** The style of the tables of a page, their notes and commands; a part of the page's style. */
export const tableStyle = `
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:var(--round);--shade:#0003;background:linear-gradient(90deg,var(--paper) 40%,transparent) 0 0/2.5rem 100% no-repeat local,linear-gradient(270deg,var(--paper) 40%,transparent) 100% 0/2.5rem 100% no-repeat local,radial-gradient(farthest-side at 0 50%,var(--shade),transparent) 0 0/.9rem 100% no-repeat scroll,radial-gradient(farthest-side at 100% 50%,var(--shade),transparent) 100% 0/.9rem 100% no-repeat scroll var(--paper)}
@media (prefers-color-scheme:dark){.scroll{--shade:#fff5}}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem .7rem;border-bottom:1px solid var(--line);vertical-align:top;text-align:left;font-weight:400}
thead th{background:var(--head);vertical-align:bottom;font-weight:600}
tbody tr:last-child>*{border-bottom:0}
.right{text-align:right;font-variant-numeric:tabular-nums}
.right[data-value]{white-space:nowrap}
.figures td.right:not([data-value]){max-width:18rem}
.figures tbody th{min-width:9rem}
.wordy th,.wordy td{overflow-wrap:anywhere;min-width:6.5rem}
.main{display:inline}
small{display:block;color:var(--faint);font-size:var(--t0);white-space:normal}
abbr{text-decoration:none;color:var(--warn);font-weight:700}
.good .main{color:var(--good)}.warn .main{color:var(--warn)}.bad .main{color:var(--bad);font-weight:600}
.sort{all:unset;cursor:pointer;font-weight:600}
.sort::after{content:" \\2195";color:var(--faint)}
[aria-sort=ascending] .sort::after{content:" \\2191";color:var(--ink)}
[aria-sort=descending] .sort::after{content:" \\2193";color:var(--ink)}
.wordy pre{margin:0;min-width:19rem;font:.8rem/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
.copy{margin-top:.4rem;font:inherit;font-size:.85rem;color:var(--accent);background:var(--head);border:1px solid var(--faint);border-radius:.3em;padding:.1rem .6rem;cursor:pointer}
.picker{display:flex;flex-wrap:wrap;gap:.8rem 1.5rem;margin:.6rem 0}
.picker label{display:flex;flex-direction:column;font-size:.9rem;gap:.2rem;min-width:0}
.picker select{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:.3em;padding:.3rem .5rem;max-width:calc(100vw - 2rem)}
.picker select:focus-visible,.copied pre:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.command{border:1px solid var(--line);border-radius:.4em;margin:.4rem 0;padding:.5rem .8rem}
.command summary{cursor:pointer;font-weight:600}
.picked summary,.picked .all{display:none}
.command dl{margin:.3rem 0;display:grid;gap:.2rem}
.command dl>div{display:flex;flex-wrap:wrap;gap:0 .6rem}
.command dt{color:var(--faint);min-width:5.5rem}
.command dd{margin:0;min-width:0;overflow-wrap:anywhere}
.copied pre{margin:.4rem 0 0;padding:.6rem .8rem;background:var(--head);border-radius:.3em;font:.8rem/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.varied{font-weight:700}
.notes{font-size:var(--t1);color:var(--faint);padding-left:1.4rem;margin:.5rem 0;overflow-wrap:anywhere}
.group th{background:var(--head);font-weight:600}
.group small{font-weight:400}
tbody:not(:last-child)>tr:last-child>*{border-bottom:1px solid var(--line)}
.under{margin:.4rem 0;font-size:var(--t1);color:var(--faint)}
.under p{margin:.2rem 0}
.more,.ref{all:unset;cursor:pointer;color:var(--accent);text-decoration:underline}
.more{padding:.25rem 0;margin-right:1rem}
.ref{display:inline-block;padding:.1em .35em;min-width:1em;line-height:1.2;text-align:center;font-variant-numeric:tabular-nums}
sup{line-height:0;white-space:nowrap;vertical-align:.35em}
[popover]{max-width:min(36rem,calc(100vw - 2rem));max-height:min(70vh,32rem);overflow:auto;margin:auto;padding:.8rem 1rem;border:1px solid var(--faint);border-radius:.5em;background:var(--paper);color:var(--ink);font-size:.9rem;line-height:1.45;text-align:left;box-shadow:0 .4rem 1.6rem #0004;overflow-wrap:anywhere}
[popover] .notes{color:inherit;font-size:inherit;margin:0}
[popover] .notes li{margin:.3rem 0}
.notes-title{margin:0 0 .4rem;font-weight:600}
@supports selector(:popover-open){.end-notes h2,.notes-of h3{display:none}.notes-of>.notes{margin:0;padding:0;list-style:none}}
@supports (position-area:block-end){[popover]{inset:auto;margin:.3rem;position-area:block-end span-inline-end;position-try-fallbacks:flip-block,flip-inline,flip-block flip-inline}}
@media (min-width:40.01rem){:is([data-column=winner],[data-column=pick]) .main{white-space:nowrap}}
@media (max-width:40rem){
th,td{padding:.35rem .45rem}
[class*=beside-],.stacked,.coded,:is([class*=beside-],.stacked,.coded)>:is(thead,tbody){display:block}
.scroll:has([class*=beside-]){overflow:visible}
.beside-1{--n:1}.beside-2{--n:2}.beside-3{--n:3}
[class*=beside-] tr{display:grid;grid-template-columns:repeat(var(--n),minmax(0,1fr))}
[class*=beside-] thead{position:sticky;top:var(--under-bar,0);z-index:1}
[class*=beside-] thead th:first-child,.stacked thead{position:absolute;width:1px;height:1px;padding:0;overflow:hidden;clip-path:inset(50%)}
[class*=beside-] tbody tr>:first-child{grid-column:1/-1}
:is([class*=beside-],.stacked) tbody th{min-width:0;font-weight:600}
:is([class*=beside-],.stacked) :is(th,td),:is([class*=beside-],.stacked) .main{white-space:normal!important}
:is([class*=beside-],.stacked) tbody tr>:is(th,td){border-bottom:0;min-width:0;max-width:none;overflow-wrap:anywhere}
:is([class*=beside-],.stacked) tbody tr:not(:last-child){border-bottom:1px solid var(--line)}
[class*=beside-] tbody th{padding-bottom:0}
[class*=beside-] tbody td{padding-top:.1rem}
.stacked tbody tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.3rem,1fr));padding:.2rem 0}
.stacked.wordy tbody tr{display:block}
.stacked tbody th{grid-column:1/-1;display:block;text-align:left}
.stacked th[data-head]::before{content:attr(data-head) " ";font-weight:400;color:var(--faint)}
tbody:not(:last-child) tr:last-child{border-bottom:1px solid var(--line)}
.stacked tbody td{display:block;text-align:left;padding-top:.1rem}
.stacked td::before{content:attr(data-head);display:block;color:var(--faint);font-size:.8rem}
.group{background:var(--head)}
.coded tr{display:grid}.coded tbody tr{border-bottom:1px solid var(--line)}.coded tbody tr>*{border-bottom:0;padding-bottom:.1rem}.coded thead tr{grid-template-columns:repeat(4,auto)}.coded thead th{min-width:0}.coded tbody th{font-weight:600}.coded pre{min-width:0}
.ref{padding:.45em .7em;margin:-.35em 0}
[popover]{inset:auto .5rem .5rem;max-width:none;width:auto;margin:0;position-area:none}
}
@media print{th,td{padding:1.5pt 4pt}.scroll{break-inside:avoid;overflow:visible;border:0;background:none}.sort::after{content:""}.copy,.buttons{display:none}tr{break-inside:avoid}.ref{color:inherit;text-decoration:none;padding:0 .1em}.end-notes h2{display:block}.notes-of h3{display:block;font-size:var(--t2);margin:.8rem 0 .2rem;break-after:avoid}.notes-of>.notes{list-style:decimal;padding-left:1.6rem}[popover]{display:block;position:static;overflow:visible;max-width:none;max-height:none;margin:.2rem 0;padding:0;border:0;box-shadow:none;font-size:var(--t1)}li[popover]{display:list-item;margin-left:.4rem}.picker{display:none}.command[hidden]{display:block!important}.command::details-content{display:block;content-visibility:visible}.picked summary{display:block}.picked .all{display:flex}.notes-title{display:none}}
`.trim()
