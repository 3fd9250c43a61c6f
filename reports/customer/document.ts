import type { Chart } from '../charts/chart-types.ts'
import type { Table } from '../tables/table.ts'

/** A report for customers: prose, tables and a chart, as plain data that every format renders. */

/** An entry of a list: words that stand out, and what follows them. */
export interface Item {
  readonly lead?: string
  readonly text: string
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'table'; readonly table: Table }
  /** A command to copy, with what it is. */
  | { readonly kind: 'code'; readonly title: string; readonly lines: readonly string[] }
  | { readonly kind: 'chart'; readonly chart: Chart }

export interface Section {
  /** Kebab-case: names the anchor. */
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

/** What the vendor puts on the page. */
export interface Imprint {
  readonly title?: string
  readonly author?: string
  /** Data URI of an image. */
  readonly logo?: string
  /** Where it was measured, in the vendor's words. */
  readonly site?: string
}

export interface CustomerReport {
  readonly title: string
  readonly author: string | null
  readonly logo: string | null
  /** Measured when, by which versions, on which servers. */
  readonly facts: readonly { readonly label: string; readonly text: string }[]
  /** What holds for the whole page and must be read first: simulated, shortened trials. */
  readonly banners: readonly string[]
  readonly lead: readonly string[]
  readonly sections: readonly Section[]
  readonly simulated: boolean
  /** True where no run may be printed: there is nothing to publish. */
  readonly isEmpty: boolean
  /** Runs whose figures are omitted, each with its reason: for the vendor, not for the page. */
  readonly omitted: readonly string[]
}

/** The only table of a section needs no title of its own; null where there are several, or none. */
export function onlyTable({ blocks }: Section): Table | null {
  const [table, ...others] = blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : []))
  return table === undefined || others.length > 0 ? null : table
}

export const paragraph = (text: string): Block => ({ kind: 'text', text })
export const list = (items: readonly Item[]): Block[] => (items.length === 0 ? [] : [{ kind: 'list', items }])
export const tableBlock = (table: Table | null): Block[] =>
  table === null || table.rows.length === 0 ? [] : [{ kind: 'table', table }]
