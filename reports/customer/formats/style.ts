/** The look of a report for customers, scoped to one class, so that a fragment changes nothing of the page around it. */

const light =
  '--ink:#1b1f24;--paper:#fff;--faint:#57606a;--line:#d0d7de;--head:#f3f5f7;--good:#116329;--warn:#7d4e00;--bad:#b3141f;--accent:#0b5cad;--band:#0b5cad1f;--s0:#0b5cad;--s1:#b3501e;--s2:#1a7f5a;--s3:#8250c8;--s4:#8a6d00;--s5:#b0306a'
const dark =
  '--ink:#e6edf3;--paper:#0d1117;--faint:#9aa5b1;--line:#30363d;--head:#161b22;--good:#56d364;--warn:#e3b341;--bad:#ff8b85;--accent:#79b8ff;--band:#79b8ff2e;--s0:#79b8ff;--s1:#ffa657;--s2:#56d3a0;--s3:#c9a6ff;--s4:#e3c341;--s5:#ff8fc0'
const print =
  '--ink:#000;--paper:#fff;--faint:#444;--line:#999;--head:#eee;--good:#0a4a1c;--warn:#5c3900;--bad:#8d0e17;--accent:#0b3d70;--band:#0000001a'

/** Every rule begins with the class. */
export const scopedStyle = `
.joulemark{${light};color:var(--ink);background:var(--paper);line-height:1.5}
.joulemark *{box-sizing:border-box}
.joulemark h1{font-size:1.9rem;line-height:1.2;margin:.3rem 0 .8rem}
.joulemark h2{font-size:1.35rem;line-height:1.25;margin:2.2rem 0 .6rem}
.joulemark h3{font-size:1.15rem;margin:1.8rem 0 .5rem}
.joulemark p{margin:.6rem 0;max-width:68ch}
.joulemark .lead{font-size:1.1rem}
.joulemark a{color:var(--accent)}
.joulemark .logo{float:right;max-height:4rem;max-width:12rem;margin:0 0 .5rem 1rem}
.joulemark .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.3rem 1.2rem;margin:.5rem 0;font-size:.9rem}
.joulemark .facts div:last-child{grid-column:1/-1}
.joulemark .facts dt{color:var(--faint);font-size:.8rem}
.joulemark .facts dd{margin:0;overflow-wrap:anywhere}
.joulemark .stamp{display:inline-block;padding:0 .4em;border:2px solid var(--warn);border-radius:.3em;color:var(--warn);font-size:.7em;font-weight:700;letter-spacing:.05em;vertical-align:.1em}
.joulemark .banner{border:2px solid var(--warn);border-radius:.4em;padding:.5rem .9rem;color:var(--warn);font-weight:600;max-width:none}
.joulemark nav ol{columns:2;gap:2rem;font-size:.95rem;padding-left:1.4rem;margin:1rem 0}
.joulemark .scroll{position:relative;overflow-x:auto;margin:.8rem 0 .3rem}
.joulemark :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.joulemark table{border-collapse:collapse;width:100%;font-size:.95rem}
.joulemark .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.joulemark caption{text-align:left;font-weight:600;padding:.2rem 0 .4rem}
.joulemark th,.joulemark td{padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;text-align:left;font-weight:400}
.joulemark thead th{background:var(--head);font-weight:600;vertical-align:bottom}
.joulemark .right{text-align:right;font-variant-numeric:tabular-nums}
.joulemark thead .right{min-width:6rem}
.joulemark tbody th{min-width:9rem}
.joulemark small{display:block;color:var(--faint);font-size:.82em}
.joulemark .good .main{color:var(--good)}
.joulemark .warn .main{color:var(--warn)}
.joulemark .bad .main{color:var(--bad);font-weight:600}
.joulemark .notes{font-size:.82rem;color:var(--faint);padding-left:1.3rem;margin:.3rem 0 1rem;overflow-wrap:anywhere}
.joulemark li{margin:.25rem 0}
.joulemark li,.joulemark p,.joulemark h1,.joulemark h2,.joulemark h3{overflow-wrap:anywhere}
.joulemark figure{margin:1rem 0;max-width:44rem}
.joulemark figure svg{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:.4em}
.joulemark figcaption{font-size:.9rem;margin:.3rem 0}
.joulemark .code figcaption{font-weight:600}
.joulemark pre{font:.82rem/1.45 ui-monospace,Menlo,Consolas,monospace;background:var(--head);border-radius:.4em;padding:.6rem .8rem;margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:40rem){.joulemark nav ol{columns:1}.joulemark .logo{float:none;display:block;margin:0 0 .5rem}.joulemark th,.joulemark td{padding:.35rem .4rem}.joulemark thead .right{min-width:3.4rem}.joulemark tbody th{min-width:5.2rem}.joulemark table{font-size:.82rem}.joulemark th,.joulemark td{padding:.3rem .3rem}}
@media print{.joulemark{${print};font-size:9.5pt;line-height:1.35}.joulemark h1{font-size:17pt}.joulemark h2{font-size:12.5pt;margin:11pt 0 3pt;break-after:avoid}.joulemark .lead{font-size:10.5pt}.joulemark table{font-size:8.5pt}.joulemark th,.joulemark td{padding:1.6pt 4pt}.joulemark .notes{font-size:7.5pt;margin:2pt 0 5pt}.joulemark .scroll{overflow:visible;margin:4pt 0 2pt}.joulemark p{max-width:none;margin:4pt 0}.joulemark li{margin:1.5pt 0}.joulemark tr,.joulemark figure,.joulemark .brief{break-inside:avoid}.joulemark figure svg{border:0}.joulemark figure{max-width:11cm;margin:5pt 0}.joulemark .code{max-width:none}.joulemark pre{font-size:7.5pt;padding:4pt 6pt}.joulemark nav{display:none}.joulemark caption{break-after:avoid}.joulemark a{color:inherit;text-decoration:none}}
`

/**
 * The page around it. Only here the dark colours are set: a fragment does not know whether its page has any.
 */
export const pageStyle = `
@media (prefers-color-scheme:dark){.joulemark{${dark}}}
:root{color-scheme:light dark}
body{margin:0 auto;max-width:60rem;padding:1rem 1.2rem 3rem;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:#fff}
@media (prefers-color-scheme:dark){body{background:#0d1117}}
@page{size:A4;margin:13mm}
@media print{.joulemark{${print}}:root{color-scheme:light}body{max-width:none;padding:0;background:#fff}}
`
