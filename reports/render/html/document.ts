import { attributes, type Html, html, nothing } from './template.ts'

/** The parts of a page that loads nothing. */
export interface HtmlDocument {
  readonly title: string
  readonly style: Html
  /** The header and what follows it. */
  readonly body: Html
  /** Attributes of the element around it, such as a class; absent: it has none. */
  readonly around?: Parameters<typeof attributes>[0]
  /** Whether it shows images that are part of it. */
  readonly images?: boolean
  /** The only script that the page may run, with its SHA-256 in base64; absent: it runs none. */
  readonly script?: { readonly sha256: string; readonly source: Html }
}

/** One HTML file. Its policy forbids the network, frames of a base, forms, and every script but its own. */
export function htmlDocument({ title, style, body, around = {}, script, images = false }: HtmlDocument): string {
  const pictures = images ? '; img-src data:' : ''
  const policy =
    script === undefined
      ? html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'${pictures}">`
      : html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script.sha256}'; base-uri 'none'; form-action 'none'${pictures}">`
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
${policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${style}</style>
</head>
<body${attributes(around)}>
${body}
${
  script === undefined
    ? nothing
    : html`<script>${script.source}</script>
`
}</body>
</html>
`.markup
}
