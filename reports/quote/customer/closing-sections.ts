import { type Html, html, nothing } from '../../render/html/template.ts'
import type { CustomerQuote } from './document-schema.ts'

/** What is not promised, how to verify, and the line to sign. */
export function closing(quote: CustomerQuote): Html {
  return html`<section>
<h2>What is not promised</h2>
<ul class="small">${quote.notPromised.map((line) => html`<li>${line}</li>`)}</ul>
</section>
${acceptance(quote)}
${verification(quote)}`
}

function acceptance({ draft, options, number, seller }: CustomerQuote): Html {
  if (draft) return html`<section><h2>Acceptance</h2><p class="small">A draft cannot be accepted.</p></section>`
  const choices =
    options.length === 1
      ? nothing
      : html`<p>${options.map(({ name }) => html`<span class="choice"><span class="tick"></span>${name}</span> `)}</p>`
  const line = (label: string) => html`<p><span>${label}</span><span></span></p>`
  return html`<section>
<h2>Acceptance</h2>
<p>We accept quote ${number} of ${seller?.name ?? 'the seller'}${options.length === 1 ? '.' : ', for this option:'}</p>${choices}
<div class="lines">${line('Name')}${line('Date')}${line('Signature')}${line('Purchase order')}</div>
</section>`
}

function verification({ options }: CustomerQuote): Html {
  const keys = [...new Set(options.flatMap(({ evidence }) => evidence.map(({ signedBy }) => signedBy)))]
  const commands = keys.map((key) => html`<br><code>joulemark verify BUNDLE.tar --key ${key}</code>`)
  const rows = options.flatMap(({ evidence }) => evidence.map(evidenceRow))
  return html`<section class="long">
<h2>How to verify the figures</h2>
<p class="small">Ask us for the bundle of the measurements, and compare our public key through a separate channel. Then run this on any computer, without a network:${commands}<br>It computes every value again from the raw data and prints the digests below. It names a file that was changed, and a run of the same key that the bundle lacks.</p>
<table class="digests"><thead><tr><th scope="col">Run</th><th scope="col">Digest (SHA-256), and that of the copy without host names</th></tr></thead><tbody>${rows}</tbody></table>
</section>`
}

type Evidence = CustomerQuote['options'][number]['evidence'][number]

function evidenceRow({ runId, digest, redactedDigest, place }: Evidence): Html {
  const copy = redactedDigest === null ? nothing : html`<br>${redactedDigest}`
  const number = place === null ? nothing : html`<br><span>run ${place} of this key</span>`
  return html`<tr><td>${runId}${number}</td><td>${digest}${copy}</td></tr>`
}
