import type { RunRecord } from '../../harness/record/schema/run.ts'

/**
 * Runs by the start of the server that they were measured on, in the order of their time. Runs of one server process, by the
 * time of its start that its metrics report, are one start, however often they were measured. A run whose server does not
 * report that counts as a start of its own.
 */
export function startsOf(runs: readonly RunRecord[]): RunRecord[][] {
  const inOrder = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  return [...Map.groupBy(inOrder, startKey).values()]
}

function startKey({ id, endpoint, host }: RunRecord): string {
  const { startedAtS, url } = endpoint
  return startedAtS === undefined ? id : `${host.hostname} ${url} ${startedAtS}`
}
