import { counted } from '../../../harness/units.ts'
import { htmlDocument } from '../../render/html/document.ts'
import { type Html, html, nothing, trusted } from '../../render/html/template.ts'
import { showMinor } from '../money/currency.ts'
import { percent } from '../money/vat.ts'
import { fact, longDate } from '../page-parts.ts'
import { DEFAULT_COLOUR, quoteStyle } from '../style.ts'
import type { InternalFigure, InternalOption, InternalQuote } from './document.ts'

/** The internal sheet of a quote as one HTML page: costs, margin, floor price and break-even, each with its inputs. */
export function internalPage(quote: InternalQuote): string {
  const { exchangeRate, currency } = quote
  const rate =
    exchangeRate === null
      ? null
      : `£1 = ${exchangeRate.perGbp} ${currency} (${exchangeRate.source}, ${longDate(exchangeRate.date)})`
  const body = html`<header><div><h1>Internal sheet</h1><p>${quote.customer}</p></div><dl class="facts">${fact('Quote', quote.number)}${fact('Date', longDate(quote.date))}${fact('Exchange rate', rate)}</dl></header>
<main>
<p class="banner">INTERNAL: costs and margins. Not for the customer.</p>
<p class="small">Per server and month, in pounds, ex VAT.</p>
${draftHtml(quote)}
${quote.options.map(optionHtml)}
</main>`
  return htmlDocument({
    title: `INTERNAL, quote ${quote.number}`,
    style: trusted(quoteStyle, 'a constant of the project'),
    body,
    around: { style: `--accent:${DEFAULT_COLOUR}`, 'data-stamp': 'INTERNAL' },
  })
}

function draftHtml({ draftReasons }: InternalQuote): Html {
  if (draftReasons.length === 0) return nothing
  return html`<section><h2>Why this quote is a draft</h2><ul>${draftReasons.map((reason) => html`<li>${reason}</li>`)}</ul></section>`
}

function optionHtml({
  name,
  servers,
  figures,
  isBelowFloor,
  monthlyMarginPence,
  noCosts,
  warnings,
}: InternalOption): Html {
  const marginPence = figures.find(({ key }) => key === 'margin')?.value ?? 0
  const below =
    marginPence < 0
      ? html`<p class="banner">The price is below cost: it loses ${showMinor(-marginPence, 'GBP')} per server and month.</p>`
      : isBelowFloor === true
        ? html`<p class="banner">The price is below the floor price.</p>`
        : nothing
  const missing = noCosts === null ? nothing : html`<p>No costs: ${noCosts}.</p>`
  const all =
    servers === 1 || monthlyMarginPence === null
      ? nothing
      : html`<p>${counted(servers, 'server')}: margin of ${showMinor(monthlyMarginPence, 'GBP')} per month.</p>`
  const noted =
    warnings.length === 0
      ? nothing
      : html`<h3>Warnings of the measurement</h3><ul class="small">${warnings.map(({ runId, gate, evidence }) => html`<li>${runId}: ${gate}: ${evidence}</li>`)}</ul>`
  return html`<section class="long"><h2>${name}</h2>${below}${missing}${all}
<table class="figures"><thead><tr><th scope="col">Figure</th><th scope="col">Inputs</th><th scope="col" class="right">Value</th></tr></thead><tbody>${figures.map(figureRow)}</tbody></table>${noted}</section>`
}

const bold: readonly InternalFigure['key'][] = ['price', 'cost', 'margin', 'floorPrice', 'breakEvenUtilisation']

function figureRow(figure: InternalFigure): Html {
  const { label, formula, inputs } = figure
  const stated = inputs.map(({ name, value, from }) => html`<small>${name}: ${value} (${from})</small>`)
  const value = bold.includes(figure.key) ? html`<strong>${valueText(figure)}</strong>` : html`${valueText(figure)}`
  return html`<tr><th scope="row">${label}<small>${formula}</small></th><td>${stated}</td><td class="right">${value}</td></tr>`
}

function valueText({ value, unit, reason }: InternalFigure): string {
  if (value === null) return `none: ${reason}`
  return unit === 'pence' ? showMinor(value, 'GBP') : percent(value)
}
