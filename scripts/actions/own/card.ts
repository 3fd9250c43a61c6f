import { cardByKey } from '../../../harness/catalogue/cards.ts'
import { cardsNamed } from '../../../harness/catalogue/find.ts'
import type { CardEntry } from '../../../harness/catalogue/own/card-entry.ts'
import { cardEntries } from '../../../harness/catalogue/own/own-cards.ts'
import { priceOf } from '../../../harness/catalogue/prices.ts'
import type { Sourced } from '../../../harness/catalogue/types.ts'
import { exitCodes } from '../../../harness/errors.ts'
import { cardBlock, unknownFields } from '../../../harness/scenario/config/card-text.ts'
import { noConfig } from '../../../harness/scenario/config/load-config.ts'
import type { FoundCard } from '../../../harness/telemetry/inventory/describe-found.ts'
import { wrapTo } from '../../../reports/render/plain-text.ts'
import { cardFacts, cardFactsTable } from '../../../reports/tables/card-facts.ts'
import { type CardListRow, cardListTable, whyUnpriced } from '../../../reports/tables/card-list.ts'
import { configuredMoney } from '../../support/config.ts'
import type { CommandIo } from '../../support/io.ts'
import { modelsHere } from '../../support/models-here.ts'
import { factTables } from '../../support/terminal.ts'

/** Flags of `card describe`. */
export interface DescribeCardFlags {
  readonly nvidiaSmi?: string
  readonly json?: boolean
}

/** Shows what is known of cards, and where from: the named ones, or those of this machine, each model once. */
export async function describeCards(keys: readonly string[], flags: DescribeCardFlags, io: CommandIo): Promise<number> {
  const cards =
    keys.length === 0 ? await cardsOfMachine(flags, io) : keys.flatMap((key) => cardsNamed(key, 'card')).map(listed)
  if (flags.json) {
    io.stdout(`${JSON.stringify({ cards: cards.map(jsonOf) }, null, 2)}\n`)
    return exitCodes.done
  }
  for (const { entry, from, nvmlReason } of cards) {
    io.stdout(factTables([cardFactsTable(entry, words[from], whyUnknown[from])], io))
    if (from === 'bundled') continue
    if (nvmlReason !== null) io.stdout(`NVML was not read: ${nvmlReason}\n`)
    const unknown = unknownFields(entry)
    const lines = wrapTo(`Unknown: ${unknown.join(', ')}`, Math.min(io.columns ?? 100, 100))
    if (unknown.length > 0) io.stdout(`\n${lines.join('\n')}\n`)
    if (from === 'reported') io.stdout(`\nFor joulemark.yaml:\n\ncards:\n${cardBlock(entry)}`)
  }
  return exitCodes.done
}

/** Why a value is unknown, by where the description is from. */
const whyUnknown = {
  bundled: 'no source gives it',
  own: 'not in joulemark.yaml',
  reported: 'not reported by nvidia-smi or NVML',
} as const

const words = { bundled: 'bundled', own: 'joulemark.yaml', reported: 'as it reports itself' } as const

const listed = (entry: CardEntry): FoundCard => ({
  entry,
  from: cardByKey(entry.key) === null ? 'own' : 'bundled',
  nvmlReason: null,
})

const cardsOfMachine = ({ nvidiaSmi }: DescribeCardFlags, io: CommandIo): Promise<FoundCard[]> =>
  modelsHere({ path: nvidiaSmi || io.env['JOULEMARK_NVIDIA_SMI'] || 'nvidia-smi', required: true }, io)

const jsonOf = ({ entry, from, nvmlReason }: FoundCard) => ({
  key: entry.key,
  label: entry.label,
  from,
  values: Object.fromEntries(
    cardFacts(entry, whyUnknown[from]).map(({ field, value, source }) => [
      field,
      value === null ? { value, reason: source } : valueIn(entry, field),
    ]),
  ),
  unknown: unknownFields(entry),
  nvmlReason,
})

/** A value with its source, where it has one of its own. */
function valueIn(entry: CardEntry, field: string): object {
  const value = entry[field as keyof CardEntry]
  return typeof value === 'object' && value !== null ? value : { value: value ?? null }
}

/** Lists the cards that can be named, bundled ones first. */
export function listCards(flags: { readonly json?: boolean }, io: CommandIo): number {
  const own = configuredMoney({ ...io, config: io.config ?? noConfig }).ownPrices ?? {}
  const rows: CardListRow[] = cardEntries().map((entry) => ({
    key: entry.key,
    label: entry.label,
    smiName: entry.smiName,
    from: cardByKey(entry.key) === null ? 'own' : 'bundled',
    vramGb: entry.vramGb?.value ?? null,
    memoryBandwidthGBs: entry.memoryBandwidthGBs?.value ?? null,
    tdpW: entry.tdpW?.value ?? null,
    price: priceIn(own, entry.key),
  }))
  const withReasons = rows.map(({ price, ...row }) => ({
    ...row,
    price: price ?? { value: null, reason: whyUnpriced(row) },
  }))
  if (flags.json) io.stdout(`${JSON.stringify({ cards: withReasons }, null, 2)}\n`)
  else io.stdout(factTables([cardListTable(rows)], io))
  return exitCodes.done
}

const priceIn = (own: Readonly<Record<string, Sourced>>, key: string): Sourced | null => own[key] ?? priceOf(key)
