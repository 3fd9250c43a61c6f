import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import type { Quote } from '../../reports/quote/content.ts'
import type { CustomerQuote } from '../../reports/quote/customer/document-schema.ts'
import { customerPage } from '../../reports/quote/customer/page.ts'
import { internalDocument } from '../../reports/quote/internal/document.ts'
import { internalPage } from '../../reports/quote/internal/page.ts'
import { documentJson } from '../../reports/quote/json.ts'
import { LOGO_MAX_BYTES, logoUri } from '../../reports/quote/logo/logo.ts'
import type { RenderedFile } from '../../reports/report.ts'
import { writeFiles } from '../../reports/write-files.ts'
import { findChromium, printPdf } from '../support/chromium.ts'
import { requireSameOffer } from './one-number.ts'
import { pagesOf } from './pdf-pages.ts'

/** Most A4 pages of a quote. */
const MOST_PAGES = 2

/** What is written, and where. */
export interface QuoteFiles {
  readonly out: string
  readonly pdf: boolean
  readonly internal: boolean
  readonly logo: string | null
  readonly env: NodeJS.ProcessEnv
}

/**
 * Writes the files of a quote, and gives a line for each. A draft says so in every name. Throws `bad-input` where another offer of
 * the same number is there.
 */
export async function writeQuote(quote: Quote, document: CustomerQuote, to: QuoteFiles): Promise<string[]> {
  const stem = `quote-${quote.number}${document.draft ? '-DRAFT' : ''}`
  const customer: RenderedFile[] = [
    { name: `${stem}.html`, text: customerPage(document, to.logo) },
    { name: `${stem}.json`, text: documentJson(document) },
  ]
  // a draft is not sent as an offer, and may be made again
  if (!document.draft) await requireSameOffer(customer, to.out, `${stem}.pdf`)
  const written = await writeFiles(customer, to.out, 'the quote ')
  const pdf = to.pdf ? [await pdfLine(join(to.out, `${stem}.html`), join(to.out, `${stem}.pdf`), to.env)] : []
  return [
    ...written.map((path) => `wrote ${path}`),
    ...pdf,
    ...(to.internal ? await writeInternal(quote, stem, to.out) : []),
  ]
}

async function writeInternal(quote: Quote, stem: string, out: string): Promise<string[]> {
  const document = internalDocument(quote)
  const files: RenderedFile[] = [
    { name: `${stem}-internal.html`, text: internalPage(document) },
    { name: `${stem}-internal.json`, text: documentJson(document) },
  ]
  const written = await writeFiles(files, out, 'the internal sheet ')
  return written.map((path) => `wrote ${path}: INTERNAL, not for the customer`)
}

async function pdfLine(htmlPath: string, pdfPath: string, env: NodeJS.ProcessEnv): Promise<string> {
  const chromium = findChromium(env)
  if (chromium === null) return 'no PDF: Chromium is not installed; print the HTML page to A4'
  const problem = await printPdf(chromium, htmlPath, pdfPath, env)
  if (problem !== null) return `no PDF: ${chromium}: ${problem}`
  const pages = pagesOf(await readFile(pdfPath))
  const long =
    pages !== null && pages > MOST_PAGES ? `: ${pages} pages; quote fewer runs or options for ${MOST_PAGES}` : ''
  return `wrote ${pdfPath}${long}`
}

/**
 * The logo of the seller as a data URI; null where none is stated. A relative path starts from the folder of the inputs file.
 * Throws `bad-input` for a file that cannot be read or embedded.
 */
export async function readLogo(path: string | undefined, inputsPath: string | null): Promise<string | null> {
  if (path === undefined) return null
  const file = resolve(inputsPath === null ? '.' : dirname(inputsPath), path)
  try {
    const found = await stat(file)
    // a pipe would never end
    if (!found.isFile()) throw new JoulemarkError('bad-input', `seller.logo ${path}: expected a file`)
    if (found.size <= LOGO_MAX_BYTES) return logoUri(path, await readFile(file))
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('bad-input', `seller.logo ${path}: cannot be read: ${messageOf(error)}`)
  }
  throw new JoulemarkError('bad-input', `seller.logo ${path}: expected at most ${LOGO_MAX_BYTES / 1024} KiB`)
}
