import { attributes, type Html, html, joined, nothing, trusted } from '../render/html/template.ts'
import { showHundredths, showPence } from './pence.ts'
import { HOURS_PER_MONTH } from './price.ts'
import type { Evidence, PricedWorkload, Quote } from './quote.ts'
import { quoteStyle } from './style.ts'
import { notPromised, rounding } from './terms.ts'
import type { Promised } from './workload.ts'

/** The quote as one HTML page that prints to A4. Nothing in it runs, and nothing is fetched. */
export function quoteHtml(quote: Quote): string {
  const { inputs, price } = quote
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quote ${quote.number}</title>
<style>${trusted(quoteStyle, 'a constant of the project')}</style>
</head>
<body>
<header>
<div><h1>Quote</h1><p class="customer">${quote.customer}</p></div>
<dl class="facts">${fact('Number', quote.number)}${fact('Date', longDate(quote.date))}${fact('Valid until', longDate(quote.validUntil))}</dl>
</header>
${sellerHtml(quote)}
<section class="sum"><p><strong>${showPence(price.exVatPence)}</strong> a month ex VAT</p><p>${showPence(price.incVatPence)} a month inc VAT</p></section>
<h2>The box</h2>
<dl class="facts box">${quote.box.map(([label, value]) => fact(label, value))}</dl>
<h2>What it does</h2>
<p>Measured on this box. Each figure is the end of its 95 % interval that is worse for us. Prices a unit are ex VAT, at ${percent(inputs.utilisation)} utilisation, for a box that does this workload and nothing else.</p>
<table class="work"><thead><tr><th scope="col">Workload</th><th scope="col">Promised</th><th scope="col">Further figures</th><th scope="col" class="right">Price a unit</th></tr></thead>
<tbody>${joined(quote.workloads.map(workloadRow), '\n')}</tbody></table>
<h2>Price a month</h2>
<table class="price"><tbody>
${priceRows(quote)}
</tbody></table>
<p class="small">${rounding.join(' ')}</p>
<section>
<h2>What is not promised</h2>
<ul class="small">${[...notPromised(quote), ...inputs.notPromised].map((line) => html`<li>${line}</li>`)}</ul>
</section>
<section>
<h2>How to verify it</h2>
<p class="small">Ask us for the evidence bundle of this quote, and for our public key by another way than this page. Then, on any computer, offline:<br><code>joulemark verify BUNDLE.tar --key ${quote.evidence[0]?.signedBy ?? ''}</code><br>It recomputes every figure from the raw measurements and prints the digests below; if one bit was changed, it says which file.</p>
<table class="digests"><thead><tr><th scope="col">Run</th><th scope="col">Digest (SHA-256)</th></tr></thead><tbody>${quote.evidence.map(evidenceRow)}</tbody></table>
</section>
</body>
</html>
`.markup
}

const fact = (label: string, value: string): Html => html`<div><dt>${label}</dt><dd>${value}</dd></div>`

function sellerHtml({ inputs: { seller } }: Quote): Html {
  if (seller === undefined) return nothing
  const { name, address, contact, vatNumber } = seller
  const parts = [address, contact, vatNumber === undefined ? undefined : `VAT ${vatNumber}`]
  const rest = parts.filter((part) => part !== undefined)
  return html`<p class="seller"><strong>${name}</strong>${rest.map((part) => html` · ${part}`)}</p>`
}

function workloadRow({ title, model, description, headline, others, slo, unitPrice }: PricedWorkload): Html {
  const kept = html`<small>${slo === null ? 'SLO: none stated' : `SLO kept: ${slo}`}</small>`
  const unit =
    unitPrice === null
      ? '–'
      : html`<strong>${showHundredths(unitPrice.hundredths)}</strong><small>per ${unitPrice.each}</small>`
  const promised = html`<strong>${promisedText(headline, headline.bound)}</strong><small>${headline.label}</small>${kept}`
  return html`<tr><th scope="row">${title}<small>${model}</small><small>${description}</small></th><td>${promised}</td><td class="further">${others.map(furtherHtml)}</td><td class="right">${unit}</td></tr>`
}

const furtherHtml = (each: Promised): Html =>
  html`<div><span>${each.label}</span><span>${promisedText(each, each.bound === 'at least' ? '≥' : '≤')}</span></div>`

/** A figure with its bound and unit, which no line break may part. */
function promisedText({ value, unit, digits }: Promised, bound: string): Html {
  const number = value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return joined(`${bound} ${number} ${unit}`.split(' '), '&nbsp;')
}

function priceRows({ inputs, price, draw }: Quote): Html {
  const { box, electricity, marginShareOfPrice, vatRate, utilisation } = inputs
  const boxText =
    box.rentGbpPerMonth === undefined ? `the box, written off over ${box.writeOffMonths} months` : 'the box, rented'
  const rest = draw.idleMeasured ? `${draw.idleW.toFixed(0)} W at rest` : 'at rest taken as under load'
  const power = `${price.kilowattHours.toFixed(0)} kWh at £${electricity.tariffGbpPerKwh} a kWh: GPU boards ${draw.loadW.toFixed(0)} W under load for ${percent(utilisation)} of ${HOURS_PER_MONTH} h, ${rest}; whole server x ${electricity.hostOverhead}, room (PUE) x ${electricity.pue}`
  const row = (label: string, detail: string, pence: bigint, kind: string | null = null) =>
    html`<tr${attributes({ class: kind })}><th scope="row">${label}${detail === '' ? nothing : html`<small>${detail}</small>`}</th><td class="right">${showPence(pence)}</td></tr>`
  const rows = [
    row('Box', boxText, price.boxPence),
    row('Electricity', power, price.electricityPence),
    ...(price.marginPence > 0n
      ? [row('Operation', `${percent(marginShareOfPrice)} of the price`, price.marginPence)]
      : []),
    row('Total ex VAT', '', price.exVatPence, 'total'),
    row(`VAT at ${percent(vatRate)}`, '', price.vatPence),
    row('Total inc VAT', '', price.incVatPence, 'total'),
  ]
  return joined(rows, '\n')
}

function evidenceRow({ runId, digest, redactedDigest }: Evidence): Html {
  const copy = redactedDigest === null ? nothing : html`<br>${redactedDigest} <span>without host names</span>`
  return html`<tr><td>${runId}</td><td>${digest}${copy}</td></tr>`
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

const longDate = (date: string): string =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
