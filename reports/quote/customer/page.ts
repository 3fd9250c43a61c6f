import { htmlDocument } from '../../render/html/document.ts'
import { attributes, type Html, html, nothing, trusted } from '../../render/html/template.ts'
import { fact, linesOf, longDate } from '../page-parts.ts'
import { DEFAULT_COLOUR, quoteStyle } from '../style.ts'
import { closing } from './closing-sections.ts'
import type { CustomerQuote } from './document-schema.ts'
import { optionsSection, serversSection } from './option-sections.ts'
import { promisesSection } from './promises-section.ts'

/**
 * The customer's quote as one HTML page that prints on A4. It contains no script and loads nothing; the logo is a data URI.
 * Every figure of it is in the document that it is made from.
 */
export function customerPage(quote: CustomerQuote, logo: string | null = null): string {
  const colour = quote.seller?.colour ?? DEFAULT_COLOUR
  const body = html`<header>
${logo === null || quote.seller === null ? nothing : html`<img${attributes({ class: 'logo', src: logo, alt: quote.seller.name })}>`}
<div class="title"><h1>Quote</h1></div>
</header>
<main>
${draftBanner(quote)}
<div class="parties">
<div class="party"><p>From</p>${sellerHtml(quote)}</div>
<div class="party"><p>For</p>${partyHtml(quote.customer)}</div>
<dl class="facts">${fact('Number', quote.number)}${fact('Date', longDate(quote.date))}${fact('Valid until', longDate(quote.validUntil))}${fact('Purchase order', quote.customer.purchaseOrder)}</dl>
</div>
${optionsSection(quote)}
${promisesSection(quote)}
${serversSection(quote)}
${closing(quote)}
</main>`
  return htmlDocument({
    title: `${quote.draft ? 'DRAFT, ' : ''}Quote ${quote.number}`,
    style: trusted(quoteStyle, 'a constant of the project'),
    body,
    around: {
      style: `--accent:${colour}`,
      class: isLong(quote) ? 'compact' : null,
      'data-stamp': quote.draft ? 'DRAFT' : null,
    },
    images: true,
  })
}

/** Rows of the tables beyond which two A4 pages need smaller type. */
const MOST_ROWS = 40

/** Whether a quote has so much to print that it needs smaller type for two pages. */
function isLong({ options, notPromised }: CustomerQuote): boolean {
  const workloads = new Map(options.flatMap((option) => option.workloads.map((each) => [each.workload, each] as const)))
  const promised = [...workloads.values()].reduce((rows, { promises }) => rows + promises.length + 4, 0)
  const digests = options.reduce((rows, { evidence }) => rows + 2 * evidence.length, 0)
  return promised + digests + notPromised.length > MOST_ROWS
}

function draftBanner({ draft, missing }: CustomerQuote): Html {
  if (!draft) return nothing
  return html`<p class="banner">Draft, not an offer. Still to be stated: ${missing.join('; ')}.</p>`
}

function sellerHtml({ seller }: CustomerQuote): Html {
  if (seller === null) return html`<p>not stated</p>`
  const number = seller.companyNumber === null ? nothing : html`<p>Company number ${seller.companyNumber}</p>`
  return html`${partyHtml(seller)}${number}`
}

type Party = NonNullable<CustomerQuote['customer']>

const partyHtml = ({ name, address, contact, vatNumber }: Omit<Party, 'purchaseOrder'>): Html =>
  html`<p><strong>${name}</strong></p>${address === null ? nothing : html`<p>${linesOf(address)}</p>`}${contact === null ? nothing : html`<p>${contact}</p>`}${vatNumber === null ? nothing : html`<p>VAT number ${vatNumber}</p>`}`
