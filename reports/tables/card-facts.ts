import { type CardEntry, cardNumbers, cardNumbersOrNone } from '../../harness/catalogue/own/card-entry.ts'
import type { Sourced } from '../../harness/catalogue/types.ts'
import { buildTable, missing, type Table, text } from './table.ts'

/** One value of a card: as text, and where it is from. Null is unknown; what a card has not is the text "none". */
export interface CardFact {
  readonly field: string
  readonly value: string | null
  readonly source: string
}

const numbers = Object.keys({ ...cardNumbers, ...cardNumbersOrNone }) as (keyof typeof cardNumbers)[]

/** Fields where the catalogue does not distinguish what a card has not from what no source gives. */
const orUnknown: ReadonlySet<string> = new Set(['minPowerLimitW', 'maxPowerLimitW', 'smiMemoryMiB'])

/** Everything that an entry can say of a card, in display order. */
export function cardFacts(entry: CardEntry, unknown: string): CardFact[] {
  const word = (field: string, value: string | undefined): CardFact => ({
    field,
    value: value ?? null,
    source: value === undefined ? unknown : '',
  })
  const sourced = (
    field: string,
    fact: Sourced<unknown> | null | undefined,
    show: (value: unknown) => string = String,
  ): CardFact => {
    if (fact === undefined) return { field, value: null, source: unknown }
    if (fact === null && orUnknown.has(field))
      return { field, value: null, source: 'no source gives it, or the card has none' }
    if (fact === null) return { field, value: 'none', source: '' }
    return { field, value: show(fact.value), source: `${fact.source} (${fact.date}, ${fact.kind})` }
  }
  return [
    word('smiName', entry.smiName),
    word('architecture', entry.architecture),
    word('computeCapability', entry.computeCapability),
    word('memoryType', entry.memoryType),
    ...numbers.map((field) => sourced(field, entry[field])),
    sourced('pcie', entry.pcie, (link) => `${(link as { gen: number }).gen} x${(link as { lanes: number }).lanes}`),
  ]
}

/** The same as a table; `from` names where the description is from, `unknown` why a value is missing. */
export function cardFactsTable(entry: CardEntry, from: string, unknown: string): Table {
  return buildTable({
    id: `card-${entry.key}`,
    title: `${entry.label} (${from}), key ${entry.key}`,
    columns: [
      { id: 'field', head: 'Field', align: 'left', cell: (fact: CardFact) => text(fact.field) },
      {
        id: 'value',
        head: 'Value',
        align: 'right',
        cell: (fact: CardFact) => (fact.value === null ? missing(fact.source) : text(fact.value)),
      },
      {
        id: 'source',
        head: 'Source',
        align: 'left',
        cell: (fact: CardFact) => text(fact.value === null ? '' : fact.source),
      },
    ],
    rows: cardFacts(entry, unknown),
    rowId: (fact) => fact.field,
  })
}
