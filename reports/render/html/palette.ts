/*
 * The colours and the letters of every page, as declarations of CSS variables. A colour means the same on all of them: good, warn
 * and bad judge, accent leads, and s0 to s5 are the cards of a report, in tables and in charts.
 */

/** System fonts: a page loads none. */
export const FONT = '-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif'

export const lightColours =
  '--ink:#1b1f24;--paper:#fff;--wash:#f5f7f9;--soft:#fff6e5;--faint:#57606a;--line:#d0d7de;--head:#f3f5f7;--good:#116329;--warn:#7d4e00;--bad:#b3141f;--accent:#0b5cad;--band:#0b5cad1f;--s0:#0b5cad;--s1:#b3501e;--s2:#1a7f5a;--s3:#8250c8;--s4:#8a6d00;--s5:#b0306a'

export const darkColours =
  '--ink:#e6edf3;--paper:#0d1117;--wash:#080b10;--soft:#221a0a;--faint:#9aa5b1;--line:#30363d;--head:#161b22;--good:#56d364;--warn:#e3b341;--bad:#ff8b85;--accent:#79b8ff;--band:#79b8ff2e;--s0:#79b8ff;--s1:#ffa657;--s2:#56d3a0;--s3:#c9a6ff;--s4:#e3c341;--s5:#ff8fc0'

/** On paper, where cards differ in lightness too: many printers know grey only. */
export const paperColours =
  '--ink:#000;--paper:#fff;--wash:#fff;--soft:#fff;--faint:#444;--line:#b5b5b5;--head:#eee;--good:#0a4a1c;--warn:#5c3900;--bad:#8d0e17;--accent:#0b3d70;--band:#0000001a;--s0:#08417c;--s1:#d0742c;--s2:#1a7f5a;--s3:#a98be0;--s4:#5c4800;--s5:#d9679b'
