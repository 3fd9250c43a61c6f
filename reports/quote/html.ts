import { attributes, type Html, html, joined, nothing, trusted } from '../render/html/template.ts'
import { sourceWords } from '../server-power.ts'
import { showHundredths, showPence } from './pence.ts'
import { HOURS_PER_MONTH } from './price.ts'
import type { Evidence, PricedWorkload, Quote } from './quote.ts'
import { quoteStyle } from './style.ts'
import { notCovered, rounding } from './terms.ts'
import type { Promised } from './workload.ts'

/** The quote as one HTML page that prints on A4. It contains no script and loads nothing. */
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
<section class="sum"><p><strong>${showPence(price.exVatPence)}</strong> per month, ex VAT</p><p>${showPence(price.incVatPence)} per month, inc VAT</p></section>
<h2>The server</h2>
<dl class="facts server">${quote.box.map(([label, value]) => fact(label, value))}</dl>
<h2>Measured performance</h2>
<p>Measured on this server.${settingText(quote)} Each value is the conservative end of its 95 % confidence interval. Unit prices exclude VAT. They assume ${percent(inputs.utilisation)} utilisation and a server that runs only this workload.</p>
<table class="work"><thead><tr><th scope="col">Workload</th><th scope="col">Promised</th><th scope="col">Other metrics</th><th scope="col" class="right">Unit price</th></tr></thead>
<tbody>${joined(quote.workloads.map(workloadRow), '\n')}</tbody></table>
<h2>Monthly price</h2>
<table class="price"><tbody>
${priceRows(quote)}
</tbody></table>
<p class="small">${rounding.join(' ')}</p>
<section>
<h2>Not covered by this quote</h2>
<ul class="small">${[...notCovered(quote), ...inputs.notPromised].map((line) => html`<li>${line}</li>`)}</ul>
</section>
<section>
<h2>How to verify this quote</h2>
<p class="small">Ask us for the evidence bundle of this quote, and obtain our public key through a separate channel. Then run this command on any computer, without a network:<br><code>joulemark verify BUNDLE.tar --key ${quote.evidence[0]?.signedBy ?? ''}</code><br>It recomputes every value from the raw measurements and prints the digests below. If a file was changed, it names the file. Runs of a key are numbered: it also names the numbers that the bundle lacks.</p>
<table class="digests"><thead><tr><th scope="col">Run</th><th scope="col">Digest (SHA-256)</th></tr></thead><tbody>${quote.evidence.map(evidenceRow)}</tbody></table>
</section>
</body>
</html>
`.markup
}

const fact = (label: string, value: string): Html => html`<div><dt>${label}</dt><dd>${value}</dd></div>`

/** What every value rests on, where the cards were set for the measurement. */
const settingText = ({ setting }: Quote): string =>
  setting === null
    ? ''
    : ` Each GPU was set to ${setting} for the measurement: every value and price on this page holds at this setting.`

function sellerHtml({ inputs: { seller } }: Quote): Html {
  if (seller === undefined) return nothing
  const { name, address, contact, vatNumber } = seller
  const parts = [address, contact, vatNumber === undefined ? undefined : `VAT ${vatNumber}`]
  const rest = parts.filter((part) => part !== undefined)
  return html`<p class="seller"><strong>${name}</strong>${rest.map((part) => html` · ${part}`)}</p>`
}

function workloadRow({
  title,
  model,
  description,
  measurement,
  headline,
  others,
  slo,
  unitPrice,
}: PricedWorkload): Html {
  const sloText = html`<small>${slo === null ? 'SLO: none stated' : `SLO met: ${slo}`}</small>`
  const unit =
    unitPrice === null
      ? '–'
      : html`<strong>${showHundredths(unitPrice.hundredths)}</strong><small>per ${unitPrice.each}</small>`
  const promised = html`<strong>${promisedText(headline, headline.bound)}</strong><small>${headline.label}</small>${sloText}`
  return html`<tr><th scope="row">${title}<small>${model}</small><small>${description}</small>${measurement.map((line) => html`<small>${line}</small>`)}</th><td>${promised}</td><td class="further">${others.map(furtherHtml)}</td><td class="right">${unit}</td></tr>`
}

const furtherHtml = (promised: Promised): Html =>
  html`<div><span>${promised.label}</span><span>${promisedText(promised, promised.bound === 'at least' ? '≥' : '≤')}</span></div>`

/** A value with its bound and unit, kept on one line. */
function promisedText({ value, unit, digits }: Promised, bound: string): Html {
  const number = value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return joined(`${bound} ${number} ${unit}`.split(' '), '&nbsp;')
}

function priceRows({ inputs, price, draw }: Quote): Html {
  const { box, electricity, marginShareOfPrice, vatRate, utilisation } = inputs
  const boxText =
    box.rentGbpPerMonth === undefined ? `purchased, written off over ${box.writeOffMonths} months` : 'rented'
  const idle = draw.idleMeasured ? `${draw.idleW.toFixed(0)} W when idle` : 'when idle assumed the same'
  const whole = draw.of === 'server'
  const what = whole ? `whole server, measured (${sourceWords[draw.source ?? 'command']}),` : 'GPU boards'
  const rest = whole ? '' : `whole server x ${electricity.hostOverhead} (assumed), `
  const power = `${price.kilowattHours.toFixed(0)} kWh at £${electricity.tariffGbpPerKwh} per kWh: ${what} ${draw.loadW.toFixed(0)} W under load for ${percent(utilisation)} of ${HOURS_PER_MONTH} h, ${idle}; ${rest}room (PUE) x ${electricity.pue}`
  const row = (label: string, detail: string, pence: bigint, kind: string | null = null) =>
    html`<tr${attributes({ class: kind })}><th scope="row">${label}${detail === '' ? nothing : html`<small>${detail}</small>`}</th><td class="right">${showPence(pence)}</td></tr>`
  const rows = [
    row('Server', boxText, price.boxPence),
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

function evidenceRow({ runId, digest, redactedDigest, place }: Evidence): Html {
  const copy = redactedDigest === null ? nothing : html`<br>${redactedDigest} <span>without host names</span>`
  const number = place === null ? nothing : html`<br>run ${place} of this key`
  return html`<tr><td>${runId}${number}</td><td>${digest}${copy}</td></tr>`
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

const longDate = (date: string): string =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
