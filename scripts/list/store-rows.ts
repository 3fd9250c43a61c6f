import { energyMetric, rateMetric } from '../../harness/metrics/headline.ts'
import { withStore } from '../../harness/store/db/open.ts'
import { figuresInStore, findInStore, gatesInStore, type StoreEntry } from '../../harness/store/find.ts'
import { parseQuery } from '../../harness/store/query/parse.ts'
import { queryText, referenceTo } from '../store/reference.ts'
import { storeOrEmbedded } from '../store/store-address.ts'
import type { CommandIo } from '../support/io.ts'
import type { ListFigure, ListRow } from './lines.ts'

/** Whether gates are shown: always, or up to a number of runs. */
export interface WithGates {
  readonly isWhole: boolean
  readonly most: number
}

/** What `list` shows of the runs of a store that some references ask for, oldest first. */
export async function storedRows(
  references: readonly string[],
  { isWhole, most }: WithGates,
  flags: { readonly store?: string },
  io: CommandIo,
): Promise<ListRow[]> {
  const queries = references.map((reference) => parseQuery(queryText(reference), new Date()))
  return withStore(storeOrEmbedded(flags.store, io.env), io.env, 'read', async (store) => {
    const found = new Map<string, StoreEntry>()
    for (const query of queries) for (const entry of await findInStore(store, query)) found.set(entry.digest, entry)
    const entries = [...found.values()]
    const gates = isWhole || entries.length <= most ? await gatesInStore(store, [...found.keys()]) : new Map()
    const figures = await figuresInStore(store, [...found.keys()], [...rates, ...energies])
    return entries.map((entry) => rowOf(entry, gates.get(entry.digest) ?? [], figures.get(entry.digest) ?? []))
  })
}

const rates: readonly string[] = Object.values(rateMetric)
const energies: readonly string[] = Object.values(energyMetric)

type Gates = Awaited<ReturnType<typeof gatesInStore>> extends Map<string, infer Rows> ? Rows : never

const rowOf = (
  { id, digest, status, source, setting, quotable, reasons, redacted }: StoreEntry,
  gates: Gates,
  figures: readonly ListFigure[],
): ListRow => ({
  id: redacted ? `${id} (redacted)` : id,
  directory: referenceTo(digest),
  status,
  source,
  setting,
  rate: figures.find(({ metric }) => rates.includes(metric)) ?? null,
  energy: figures.find(({ metric }) => energies.includes(metric)) ?? null,
  quotable,
  reasons,
  gates: gates.map(({ gate, required, ...rest }) => ({
    id: gate,
    status: rest.status as ListRow['gates'][number]['status'],
    required: Boolean(required),
    evidence: rest.evidence,
  })),
})
