import { JoulemarkError } from '../../../../harness/errors.ts'
import type { Store } from '../../../../harness/store/db/open.ts'
import { type Condition, parseQuery, type Query } from '../../../../harness/store/query/parse.ts'
import type { Portion } from '../../../../harness/store/view/records.ts'
import type { SourceTally } from '../../../../harness/store/view/summary.ts'
import type { Links, RunSource as Source } from '../../../../reports/dashboard/page/links.ts'
import type { View } from '../../../../reports/dashboard/page/shell.ts'
import type { RunSource } from '../run-source.ts'

/** What a page is asked. */
export interface Ask {
  readonly store: Store
  readonly reader: RunSource
  /** Live or simulated runs, never both. */
  readonly source: Source
  readonly tally: SourceTally
  readonly links: Links
  /** A parameter of the address; empty where there is none. */
  readonly text: (name: string) => string
  readonly now: Date
}

/** Makes one page of what it is asked. Throws `NotFound`, or `bad-input` for a query that cannot be read. */
export type MakePage = (ask: Ask) => Promise<View>

/** What is asked for is not in the store. */
export class NotFound extends Error {}

/** The most records that one page reads: some hundred megabytes while it is made. */
const MOST_RECORDS = 1200
/** The newest of each unit in each scenario. */
export const portion = (perCell: number): Portion => ({ perCell, most: MOST_RECORDS })

/** Longer queries are no questions of a person. */
const MOST_QUERY = 2000

/** A redacted copy is the same run as its original. */
export const notRedacted: Condition = { kind: 'flag', flag: 'redacted', is: false }

/** The runs of the source of a page that some conditions and a typed query ask for. Redacted copies only if it names them. */
export function queryOf({ source, now }: Pick<Ask, 'source' | 'now'>, typed: string, ...more: Condition[]): Query {
  if (typed.length > MOST_QUERY) throw new JoulemarkError('bad-input', `query: longer than ${MOST_QUERY} characters`)
  const { conditions, last } = parseQuery(typed, now)
  const asksRedacted = conditions.some((each) => each.kind === 'flag' && each.flag === 'redacted')
  return {
    last,
    conditions: [
      { kind: 'text', column: 'source', not: false, values: [source] },
      ...(asksRedacted ? [] : [notRedacted]),
      ...more,
      ...conditions,
    ],
  }
}

/** A name in a column, which may be any text; `*` in it stands for more than itself, so what is found is looked at again. */
export const named = (column: 'host' | 'card' | 'scenario', name: string): Condition => ({
  kind: 'text',
  column,
  not: false,
  values: [name],
})
