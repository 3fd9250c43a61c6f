import { whyNoPrice } from '../../harness/catalogue/prices.ts'
import type { Sourced } from '../../harness/catalogue/types.ts'
import { buildTable, type Cell, missing, type Table, text } from './table.ts'

/** A card that can be named. */
export interface CardListRow {
  readonly key: string
  readonly label: string
  readonly smiName: string
  readonly from: 'bundled' | 'own'
  readonly vramGb: number | null
  readonly memoryBandwidthGBs: number | null
  readonly tdpW: number | null
  readonly price: Sourced | null
}

/** Why a card has no price: nobody gave one, or what was found of a bundled one. */
export const whyUnpriced = ({ key, from }: Pick<CardListRow, 'key' | 'from'>): string =>
  from === 'own' ? 'no price was given' : whyNoPrice(key)

/** The cards of the catalogue and the user's own, with their prices. */
export const cardListTable = (rows: readonly CardListRow[]): Table =>
  buildTable({
    id: 'cards',
    title: 'Cards',
    columns: [
      {
        id: 'key',
        head: 'Key',
        align: 'left',
        cell: (at: CardListRow) => text(at.from === 'own' ? `${at.key} (own)` : at.key),
      },
      { id: 'label', head: 'Name', align: 'left', cell: (at: CardListRow) => text(at.label) },
      { id: 'vram', head: 'GB', align: 'right', cell: (at: CardListRow) => number(at.vramGb, at) },
      { id: 'bandwidth', head: 'GB/s', align: 'right', cell: (at: CardListRow) => number(at.memoryBandwidthGBs, at) },
      { id: 'tdp', head: 'W', align: 'right', cell: (at: CardListRow) => number(at.tdpW, at) },
      {
        id: 'price',
        head: 'Price',
        align: 'right',
        cell: ({ key, from, price }: CardListRow): Cell =>
          price === null
            ? missing(`${whyUnpriced({ key, from })}; give prices.KEY in joulemark.yaml, or --price KEY=GBP`)
            : { kind: 'money', valueGbp: price.value, digits: 0 },
      },
    ],
    rows,
    rowId: (at) => at.key,
    sources: rows.flatMap(({ label, price }) =>
      price === null ? [] : [`Price of ${label}: ${price.source} (${price.date}, ${price.kind}).`],
    ),
  })

const number = (value: number | null, { label }: CardListRow): Cell =>
  value === null ? missing(`unknown for ${label}`) : { kind: 'number', value, unit: '', digits: 0 }
