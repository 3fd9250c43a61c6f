import { counted } from '../../../harness/units.ts'
import { attributes, type Html, html, nothing } from '../../render/html/template.ts'
import { currencyWords, showMinor } from '../money/currency.ts'
import { fact, longDate, unbroken } from '../page-parts.ts'
import type { CustomerAmount, CustomerOption, CustomerQuote } from './document-schema.ts'
import { matrix, optionRow } from './matrix.ts'
import { rounding } from './terms.ts'

/** The options side by side: what each costs, and what that includes. What is the same for all stands below them, once. */
export function optionsSection(quote: CustomerQuote): Html {
  const { options, vat } = quote
  const isSingle = options.length === 1
  const facts = options.map((option) => factsOf(option, quote))
  const [first = []] = facts
  const shared = isSingle
    ? []
    : first.filter(([label, value]) => facts.every((all) => all.some(([l, v]) => l === label && v === value)))
  const isShared = ([label]: Fact) => shared.some(([other]) => other === label)
  const cards = options.map((option, place) =>
    optionHtml(
      option,
      (facts[place] ?? []).filter((each) => !isShared(each)),
      quote,
    ),
  )
  const below =
    shared.length === 0
      ? nothing
      : html`<dl class="facts shared">${shared.map(([label, value]) => fact(label, value))}</dl>`
  return html`<section>
<h2>${isSingle ? 'Price' : 'Options and prices'}</h2>
<div${attributes({ class: isSingle ? 'options single' : 'options' })}>${cards}</div>${below}
<p class="small">${vat.wording}${amountsText(quote)}</p>
</section>`
}

/** How the amounts came about; nothing where the page has none. */
const amountsText = (quote: CustomerQuote): string =>
  quote.options.every(({ monthly }) => monthly === null) ? '' : ` ${rateText(quote)}${rounding(quote.currency)}`

type Fact = readonly [label: string, value: string]

function factsOf(option: CustomerOption, { currency, vat }: CustomerQuote): Fact[] {
  const { setup, termTotal, termMonths, vatPence, customerVatMinor, customerSetupVatMinor } = option
  const { delivery, support } = option
  const money = (minor: number) => showMinor(minor, currency)
  const total = ({ exVatMinor, incVatMinor }: CustomerAmount) =>
    vat.chargedRate === 0 ? money(exVatMinor) : `${money(exVatMinor)} (${money(incVatMinor)} inc VAT)`
  const pounds = (pence: number) => showMinor(pence, 'GBP')
  const facts: (readonly [string, string | null])[] = [
    [
      'VAT in pounds',
      vatPence &&
        `${pounds(vatPence.monthly)} per month${vatPence.setup === null ? '' : `, ${pounds(vatPence.setup)} on the setup`}`,
    ],
    [
      'VAT for you to pay',
      customerVatMinor === null
        ? null
        : `${money(customerVatMinor)} per month${customerSetupVatMinor === null ? '' : `, ${money(customerSetupVatMinor)} on the setup`}, to HMRC`,
    ],
    ['Setup, once', setup && total(setup)],
    ['Term', termMonths === null ? null : counted(termMonths, 'month')],
    ['Total over the term', termTotal && total(termTotal)],
    ['Delivery', delivery && dateOrWords(delivery)],
    ['Support', support],
  ]
  return facts.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]))
}

function optionHtml(option: CustomerOption, facts: readonly Fact[], quote: CustomerQuote): Html {
  const { name, note } = option
  return html`<div class="option">
<div><h3>${name}</h3>${note === null ? nothing : html`<p class="small">${note}</p>`}
${priceHtml(option, quote)}</div>
${facts.length === 0 ? nothing : html`<dl class="facts">${facts.map(([label, value]) => fact(label, value))}</dl>`}
</div>`
}

/** The price of a month with its VAT; in words where none is stated. */
function priceHtml({ monthly, servers, perServerMinor }: CustomerOption, { currency, vat }: CustomerQuote): Html {
  const money = (minor: number) => showMinor(minor, currency)
  if (monthly === null || perServerMinor === null)
    return html`<p class="amount"><strong>Price to follow</strong>${servers === 1 ? nothing : counted(servers, 'server')}</p>`
  const each =
    servers === 1 ? nothing : html`<p class="small">${counted(servers, 'server')} at ${money(perServerMinor)}</p>`
  const withVat =
    vat.chargedRate === 0
      ? html`<p>${vat.label}</p>`
      : html`<p>${money(monthly.incVatMinor)} including ${money(monthly.vatMinor)} ${unbroken(vat.label)}</p>`
  return html`<p class="amount"><strong>${money(monthly.exVatMinor)}</strong>per month, ex VAT</p>${each}${withVat}`
}

const dateOrWords = (text: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? longDate(text) : text

function rateText({ currency, exchangeRate }: CustomerQuote): string {
  if (exchangeRate === null) return ''
  const { perGbp, source, date } = exchangeRate
  return `Prices are in ${currencyWords[currency]}; £1 is ${perGbp} ${currency} (${source}, ${longDate(date)}). `
}

/** The servers as they were measured: a list for one option, a table for several. */
export function serversSection({ options }: CustomerQuote): Html {
  const title = options.some(({ servers }) => servers > 1)
    ? 'Each server'
    : options.length === 1
      ? 'The server'
      : 'The servers'
  const [only] = options
  if (options.length === 1 && only !== undefined) {
    return html`<section><h2>${title}</h2><dl class="facts server">${only.server.map(({ label, value }) => fact(label, value))}</dl></section>`
  }
  const labels = [...new Set(options.flatMap(({ server }) => server.map(({ label }) => label)))]
  const rows = labels.map((label) =>
    optionRow(
      label,
      options,
      options.map(({ server }) => server.find((line) => line.label === label)?.value ?? null),
    ),
  )
  return html`<section><h2>${title}</h2>${matrix(options, [html`<tbody>${rows}</tbody>`], { corner: 'Property', firstMm: 40 })}</section>`
}
