/** Rules of the page of `size` beside those of every report page. */
export const sizePageStyle = `
.answer{font-size:1.15rem;border-left:4px solid var(--accent);padding:.3rem 1rem;margin:1rem 0}
.answer p{margin:.3rem 0}
.answer p+p{font-size:.95rem;color:var(--faint)}
.sliders{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,16rem),1fr));gap:.8rem 1.5rem;border:1px solid var(--line);border-radius:var(--round);background:var(--paper);padding:.8rem 1rem;margin:1rem 0}
.sliders legend{font-weight:600;padding:0 .4rem}
.sliders label{display:block;font-size:.9rem}
.sliders .pair{display:flex;gap:.6rem;align-items:center;margin-top:.2rem}
.sliders input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:.3em;padding:.25rem .4rem;min-width:0}
.sliders input[type=range]{flex:1;padding:0;accent-color:var(--accent)}
.sliders input[type=number]{width:7rem}
tr.best>*{background:var(--band)}
.pill{display:inline-block;font-size:.75rem;padding:0 .45em;border:1px solid var(--faint);border-radius:.6em;color:var(--faint)}
.pill.warn{border-color:var(--warn);color:var(--warn);font-weight:600}
@media (max-width:40rem){.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.cards,.cards tbody{display:block}.cards tr{display:grid;grid-template-columns:1fr 1fr;border-bottom:2px solid var(--line);padding:.4rem 0}.cards tr>*{border:0;padding:.25rem .5rem;text-align:left}.cards tr>th{grid-column:1/-1;font-weight:600}.cards td::before{content:attr(data-head);display:block;font-size:.75rem;color:var(--faint)}}
@media print{.sliders{display:none}tr.best>*{background:none;font-weight:600}}
`
