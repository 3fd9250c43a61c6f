import type { CsvName } from '../record/csv.ts'
import { RequestTable } from '../record/request-table.ts'
import { streamRows } from '../record/row-stream.ts'
import type { CounterRow, GapRow, GpuRow, ServerRow, StepRow, TokenRow, WallRow } from '../record/rows.ts'

/** The rows of one trial on disk. */
export interface TrialRows {
  readonly requests: RequestTable
  readonly tokens: TokenRow[]
  readonly gaps: GapRow[]
  readonly steps: StepRow[]
  readonly serverRows: ServerRow[]
}

/** All rows of a run, by trial; samples of the cards in the order of the file. */
export interface RunRows {
  readonly trials: ReadonlyMap<number, TrialRows>
  readonly gpuRows: readonly GpuRow[]
  readonly counterRows: readonly CounterRow[]
  readonly wallRows: readonly WallRow[]
}

/** Reads the CSV files of a run. `nameOf` maps each GPU UUID to the name used in the rows. */
export async function readTrialRows(
  directory: string,
  nameOf: (uuid: string) => string = (uuid) => uuid,
): Promise<RunRows> {
  const trials = new Map<number, TrialRows>()
  const of = (trial: number): TrialRows => {
    const known = trials.get(trial)
    if (known) return known
    const made: TrialRows = { requests: new RequestTable(), tokens: [], gaps: [], steps: [], serverRows: [] }
    trials.set(trial, made)
    return made
  }
  for await (const row of streamRows(directory, 'requests.csv')) of(row.trial).requests.push(row)
  for await (const row of streamRows(directory, 'tokens.csv')) of(row.trial).tokens.push(row)
  for await (const row of streamRows(directory, 'gaps.csv')) of(row.trial).gaps.push(row)
  for await (const row of streamRows(directory, 'steps.csv')) of(row.trial).steps.push(row)
  for await (const row of streamRows(directory, 'server.csv')) of(row.trial).serverRows.push(row)
  const gpuRows: GpuRow[] = []
  for await (const row of streamRows(directory, 'gpu.csv')) gpuRows.push({ ...row, uuid: nameOf(row.uuid) })
  const counterRows: CounterRow[] = []
  for await (const row of streamRows(directory, 'counter.csv')) counterRows.push({ ...row, uuid: nameOf(row.uuid) })
  const wallRows: WallRow[] = []
  for await (const row of streamRows(directory, 'wall.csv')) wallRows.push(row)
  return { trials, gpuRows, counterRows, wallRows }
}

/** Number of rows of each CSV file. */
export function countRows({ trials, gpuRows, counterRows, wallRows }: RunRows): Readonly<Record<CsvName, number>> {
  const sum = (of: (trial: TrialRows) => { readonly length: number }) =>
    [...trials.values()].reduce((total, trial) => total + of(trial).length, 0)
  return {
    'requests.csv': sum((trial) => trial.requests),
    'tokens.csv': sum((trial) => trial.tokens),
    'gaps.csv': sum((trial) => trial.gaps),
    'steps.csv': sum((trial) => trial.steps),
    'server.csv': sum((trial) => trial.serverRows),
    'gpu.csv': gpuRows.length,
    'counter.csv': counterRows.length,
    'wall.csv': wallRows.length,
  }
}
