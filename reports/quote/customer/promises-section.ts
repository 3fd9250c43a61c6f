import { attributes, type Html, html, nothing } from '../../render/html/template.ts'
import { showHundredthsOfMinor, showMinor } from '../money/currency.ts'
import { percent } from '../money/vat.ts'
import { unbroken } from '../page-parts.ts'
import type { CustomerPromise, CustomerQuote, CustomerWorkload } from './document-schema.ts'
import { matrix, optionCell, optionRow } from './matrix.ts'

/** What was measured and is promised, a workload at a time, the options beside each other. */
export function promisesSection(quote: CustomerQuote): Html {
  const { options, utilisation } = quote
  const keys = [...new Set(options.flatMap(({ workloads }) => workloads.map(({ workload }) => workload)))]
  const isOne = options.every(({ servers: count }) => count === 1)
  const servers = options.length > 1 ? 'a server of each option' : isOne ? 'this server' : 'one of these servers'
  const priced = options.some(({ workloads }) => workloads.some(({ unitPrice }) => unitPrice !== null))
  const prices = priced
    ? ` Unit prices exclude VAT and assume a server that runs one workload alone, ${utilisation < 1 ? `for ${percent(utilisation)} of the month` : 'all month'}.`
    : ''
  return html`<section class="long">
<h2>What was measured, and what we promise</h2>
<p class="small">Measured on ${servers}, repeatedly; figures are for one server.${settings(quote)} Each promise is the conservative end of its 95% confidence interval: the average was no worse.${prices}${lacks(quote)}</p>
${matrix(
  options,
  keys.map((key) => workloadBody(key, quote)),
  { corner: 'Workload', firstMm: options.length > 3 ? 84 : options.length > 1 ? 104 : 112 },
)}
</section>`
}

/** What a dash says, where an option lacks a value that another has. */
function lacks({ options }: CustomerQuote): string {
  const valuesOf = ({ workloads }: CustomerQuote['options'][number]) =>
    workloads.flatMap(({ workload, promises }) => promises.map(({ metric }) => `${workload} ${metric}`))
  const all = new Set(options.flatMap(valuesOf))
  return options.some((option) => valuesOf(option).length < all.size)
    ? ' A dash: not measured on that option, and not promised.'
    : ''
}

/** What every value rests on, where the cards were set for the measurement. */
function settings({ options }: CustomerQuote): string {
  const set = options.filter(({ setting }) => setting !== null)
  const only = options.length === 1
  return set
    .map(
      ({ name, setting }) =>
        ` ${only ? 'Each GPU' : `${name}: each GPU`} was set to ${setting} for the measurement, and is delivered so.`,
    )
    .join('')
}

function workloadBody(key: string, quote: CustomerQuote): Html {
  const { options, currency } = quote
  const found = options.map((option) => option.workloads.find(({ workload }) => workload === key) ?? null)
  const first = found.find((each) => each !== null) as CustomerWorkload
  const row = (label: string, of: (workload: CustomerWorkload) => string | null) =>
    found.every((each) => each === null || of(each) === null)
      ? nothing
      : optionRow(
          label,
          options,
          found.map((each) => each && of(each)),
        )
  const metrics = [...new Set(found.flatMap((each) => (each?.promises ?? []).map(({ metric }) => metric)))]
  const promiseRows = metrics.map((metric, place) => {
    const promises = found.map((each) => each?.promises.find((one) => one.metric === metric) ?? null)
    const { label, term, bound } = promises.find((each) => each !== null) as CustomerPromise
    const cells = options.map(({ name }, column) =>
      optionCell(
        name,
        place === 0 && found[column] === null ? html`not measured` : promiseHtml(promises[column] ?? null, place === 0),
      ),
    )
    return html`<tr><th scope="row">${label}, ${bound} <span class="small">(${term})</span></th>${cells}</tr>`
  })
  const per = found.find((each) => each !== null && each.unitPrice !== null)?.unitPrice?.per
  const unit = row(
    `Price per ${per}`,
    ({ unitPrice }) => unitPrice && unitPriceText(unitPrice.hundredthsOfMinor, currency),
  )
  const slo = row(
    'Latency limits that are met',
    ({ slo: met }) => met && `${met.charAt(0).toUpperCase()}${met.slice(1)}`,
  )
  const basis = row('Basis', ({ measurement }) => `${measurement.join('. ')}.`)
  return html`<tbody><tr class="group"><th${attributes({ colspan: options.length + 1, scope: 'rowgroup' })}>${first.title}<small>${first.model}: ${first.description}</small></th></tr>${promiseRows}${unit}${slo}${basis}</tbody>`
}

/** A value with its bound and unit, kept on one line; a dash where nothing was measured. */
function promiseHtml(promise: CustomerPromise | null, isHeadline: boolean): Html {
  if (promise === null) return html`–`
  const { value, unit, digits } = promise
  const number = value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const text = unbroken(`${number} ${unit}`)
  return isHeadline ? html`<strong>${text}</strong>` : text
}

/** A unit price below one pound or euro has four decimals. */
const unitPriceText = (hundredths: number, currency: CustomerQuote['currency']): string =>
  hundredths < 10_000 ? showHundredthsOfMinor(hundredths, currency) : showMinor(hundredths / 100, currency)
