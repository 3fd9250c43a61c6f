import { darkColours, FONT, lightColours, paperColours } from '../../render/html/palette.ts'

/** The look of a report for customers, scoped to one class, so that a fragment changes nothing of the page around it. */

/** Every rule begins with the class. */
export const scopedStyle = `
.joulemark{${lightColours};color:var(--ink);background:var(--paper);line-height:1.5}
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
.joulemark .banner{border:1px solid var(--warn);border-left-width:.375rem;border-radius:.5rem;padding:.5rem .75rem;background:var(--soft);color:var(--warn);font-size:.875rem;max-width:none}
.joulemark .banner strong{letter-spacing:.06em;margin-right:.4em}
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
@media print{.joulemark{${paperColours};font-size:9.5pt;line-height:1.35}.joulemark h1{font-size:17pt}.joulemark h2{font-size:12.5pt;margin:11pt 0 3pt;break-after:avoid}.joulemark .lead{font-size:10.5pt}.joulemark table{font-size:8.5pt}.joulemark th,.joulemark td{padding:1.6pt 4pt}.joulemark .notes{font-size:7.5pt;margin:2pt 0 5pt}.joulemark .scroll{overflow:visible;margin:4pt 0 2pt}.joulemark p{max-width:none;margin:4pt 0}.joulemark li{margin:1.5pt 0}.joulemark tr,.joulemark figure,.joulemark .brief{break-inside:avoid}.joulemark figure svg{border:0}.joulemark figure{max-width:11cm;margin:5pt 0}.joulemark .code{max-width:none}.joulemark pre{font-size:7.5pt;padding:4pt 6pt}.joulemark nav{display:none}.joulemark caption{break-after:avoid}.joulemark a{color:inherit;text-decoration:none}}
`

/**
 * The page around it. Only here the dark colours are set: a fragment does not know whether its page has any.
 */
export const pageStyle = `
@media (prefers-color-scheme:dark){.joulemark{${darkColours}}}
:root{color-scheme:light dark}
body{margin:0 auto;max-width:60rem;padding:1rem 1.2rem 3rem;font:16px/1.5 ${FONT};background:#fff}
@media (prefers-color-scheme:dark){body{background:#0d1117}}
@page{size:A4;margin:13mm}
@media print{.joulemark{${paperColours}}:root{color-scheme:light}body{max-width:none;padding:0;background:#fff}}
`
