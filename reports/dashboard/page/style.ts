import { fleetPageStyle } from '../../fleet/formats/page-style.ts'

/** The style of the dashboard: that of a report of a fleet, with a row of links, forms and facts. */
export const dashboardStyle = `${fleetPageStyle}
.skip{position:absolute;left:-99rem}.skip:focus{left:.5rem;top:.5rem;background:var(--paper);padding:.4rem .8rem;z-index:2}
.bar{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;align-items:baseline;border-bottom:1px solid var(--line);padding-bottom:.5rem;margin-bottom:.8rem}
.bar strong{font-size:1.05rem}
.bar ul{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;margin:0;padding:0}
.bar a{display:inline-block;padding:.25rem 0}
.bar a[aria-current]{color:var(--ink);font-weight:700;text-decoration:none;border-bottom:3px solid var(--accent)}
.bar form{margin-left:auto}
.sources-switch{font-size:.9rem;color:var(--faint);margin:.2rem 0}
.ask{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;border:1px solid var(--line);border-radius:var(--round);background:var(--paper);padding:.7rem 1rem;margin:1rem 0}
.ask label{display:flex;flex-direction:column;gap:.2rem;font-size:.9rem;flex:1 1 16rem;min-width:0}
.ask input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:.3em;padding:.35rem .5rem;width:100%}
.ask p{flex-basis:100%;margin:0;font-size:.85rem;color:var(--faint);overflow-wrap:anywhere}
.button{font:inherit;color:var(--accent);background:var(--head);border:1px solid var(--faint);border-radius:.3em;padding:.35rem .9rem;cursor:pointer}
.problem{border-left:4px solid var(--bad);padding:.4rem .8rem;overflow-wrap:anywhere}
.quiet{color:var(--faint);overflow-wrap:anywhere}
.jump{font-size:.95rem;padding-left:1.2rem;overflow-wrap:anywhere}
code{overflow-wrap:anywhere;font-size:.92em}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.5rem;font-size:.85rem;color:var(--faint);overflow-wrap:anywhere}
h1{overflow-wrap:anywhere}
[data-column=started],[data-column=newest],[data-column=run]{white-space:nowrap}
.figures [data-column=unit] .main{white-space:nowrap}
.heat thead a,.heat tbody th a{color:var(--accent)}
.heat thead a .plain-abbr{color:inherit}
@media (max-width:40rem){.bar form{margin-left:0}.bar a{padding:.35rem 0}}
@media print{.bar,.ask,.skip,.sources-switch{display:none}}
`
