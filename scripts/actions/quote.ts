import { readFile } from 'node:fs/promises'
import { exitCodes, JoulemarkError, messageOf } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { customerDocument } from '../../reports/quote/customer/document.ts'
import type { CustomerQuote } from '../../reports/quote/customer/document-schema.ts'
import { requireDeliveryAhead } from '../../reports/quote/dated-inputs.ts'
import { MOST_OPTIONS } from '../../reports/quote/inputs.ts'
import { type InputsText, type StatedInputs, statedInputs } from '../../reports/quote/inputs-source.ts'
import { documentJson } from '../../reports/quote/json.ts'
import { showMinor } from '../../reports/quote/money/currency.ts'
import { buildQuote } from '../../reports/quote/quote.ts'
import { requireCoveredCost } from '../quote/below-cost.ts'
import { readLogo, writeQuote } from '../quote/files.ts'
import { writeInputs } from '../quote/new-inputs.ts'
import { type OptionFlag, type QuoteSelection, selectionsOf, verifiedOptions } from '../quote/selections.ts'
import { sellerNotices } from '../quote/seller-notices.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `quote`. */
export interface QuoteFlags {
  readonly customer?: string
  readonly inputs?: string
  readonly number?: string
  readonly out: string
  readonly pdf: boolean
  /** Further options, `--option NAME=RUN`. */
  readonly option?: readonly OptionFlag[]
  /** Also the internal sheet: costs, margin, floor price. */
  readonly internal?: boolean
  /** A price below cost is meant. */
  readonly belowCost?: boolean
  readonly json?: boolean
  /** Write an inputs file instead of a quote. */
  readonly writeInputs?: string
  /** What the inputs file starts from: runs, or keys of cards. */
  readonly from?: readonly string[]
  /** Store that `store:` arguments are about. */
  readonly store?: string
}

/** Makes a customer quote from runs that verify and are quotable. Exit code 1 with the first reason if a run is not. */
export async function quote(paths: readonly string[], flags: QuoteFlags, io: CommandIo): Promise<number> {
  if (flags.writeInputs !== undefined)
    return writeInputs(flags.writeInputs, [...paths, ...(flags.from ?? [])], flags, io)
  if (flags.from !== undefined) throw new JoulemarkError('bad-input', '--from: only with --write-inputs')
  const stated = await readInputs(flags, io)
  return quoteStated(selectionsOf(paths, flags.option ?? [], stated), stated, flags, io)
}

/**
 * The same for options that another command hands over, such as the answer of `size`: each with its runs, number of servers
 * and price in pounds per server and month. One without runs is refused, because expected figures cannot be quoted.
 */
export const quoteSelections = async (
  selections: readonly QuoteSelection[],
  flags: QuoteFlags,
  io: CommandIo,
): Promise<number> => quoteStated(selections, await readInputs(flags, io), flags, io)

async function quoteStated(
  selections: readonly QuoteSelection[],
  stated: StatedInputs,
  flags: QuoteFlags,
  io: CommandIo,
): Promise<number> {
  const { inputs, path, deprecated } = stated
  checkNumber(flags.number)
  if (selections.length > MOST_OPTIONS)
    throw new JoulemarkError('bad-input', `expected at most ${MOST_OPTIONS} options, got ${selections.length}`)
  const customer = customerOf(flags.customer ?? inputs.customer?.name)
  const logo = await readLogo(inputs.seller?.logo, path)
  const made = buildQuote(await verifiedOptions(selections, flags, io), {
    customer,
    date: new Date().toISOString().slice(0, 10),
    stated,
    config: io.config ?? noConfig,
    ...(flags.number === undefined ? {} : { number: flags.number }),
  })
  requireDeliveryAhead(made)
  requireCoveredCost(made, flags.belowCost ?? false)
  const document = customerDocument(made)
  const { out, pdf, internal = false } = flags
  const lines = await writeQuote(made, document, { out, pdf, internal, logo, env: io.env })
  for (const line of [...deprecated, ...lines, ...sellerNotices(made, stated)]) io.stderr.write(`${line}\n`)
  for (const { detail } of made.draft) io.stderr.write(`DRAFT: ${plainText(detail)}\n`)
  io.stdout(flags.json ? documentJson(document) : answer(document))
  return exitCodes.done
}

/** The price of each option, one per line. */
function answer({ number, options, currency, draft, vat }: CustomerQuote): string {
  const money = (minor: number) => showMinor(minor, currency)
  const lines = options.map(({ name, monthly }) => {
    const which = options.length === 1 ? '' : `${plainText(name)}: `
    if (monthly === null) return `${number}: ${which}no price, DRAFT\n`
    const vatText = vat.chargedRate > 0 ? `${money(monthly.incVatMinor)} inc VAT` : vat.label
    return `${number}: ${which}${money(monthly.exVatMinor)} per month, ex VAT (${vatText})${draft ? ', DRAFT' : ''}\n`
  })
  return lines.join('')
}

async function readInputs({ inputs }: QuoteFlags, { config = noConfig }: CommandIo): Promise<StatedInputs> {
  return statedInputs(inputs === undefined ? null : await readFileOf(inputs), config)
}

async function readFileOf(path: string): Promise<InputsText> {
  try {
    return { path, text: await readFile(path, 'utf8') }
  } catch (error) {
    throw new JoulemarkError('bad-input', `--inputs ${path}: cannot be read: ${messageOf(error)}`)
  }
}

function customerOf(name: string | undefined): string {
  const trimmed = name?.trim() ?? ''
  if (trimmed !== '' && trimmed.length <= 200) return trimmed
  throw new JoulemarkError(
    'bad-input',
    `--customer: expected a name of 1 to 200 characters${name === undefined ? ' (or customer.name in --inputs)' : ''}`,
  )
}

function checkNumber(number: string | undefined): void {
  if (number !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(number)) {
    throw new JoulemarkError('bad-input', `--number ${number}: expected letters, digits, dots and dashes (40 at most)`)
  }
}
