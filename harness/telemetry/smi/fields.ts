/** A column of the sampler with its names in drivers 535 to 610, newest first. */
export interface SampledField {
  readonly key: SampleKey
  readonly names: readonly string[]
}

/** A column of this driver, under the name that the driver accepts. */
export interface SelectedField {
  readonly key: SampleKey
  readonly name: string
}

/**
 * The loop's columns, in order. Few on purpose: process and fan queries take milliseconds per call and hold driver locks
 * that the measured model needs too. Each first name is valid on driver 550 and later.
 */
const sampledFields = [
  { key: 'timestamp', names: ['timestamp'] },
  { key: 'uuid', names: ['uuid', 'gpu_uuid'] },
  { key: 'powerW', names: ['power.draw', 'gpu.power.draw'] },
  { key: 'powerInstantW', names: ['power.draw.instant', 'gpu.power.draw.instant'] },
  { key: 'memoryUsedMiB', names: ['memory.used'] },
  { key: 'utilizationGpuPct', names: ['utilization.gpu'] },
  { key: 'utilizationMemoryPct', names: ['utilization.memory'] },
  { key: 'smClockMHz', names: ['clocks.sm', 'clocks.current.sm'] },
  { key: 'memClockMHz', names: ['clocks.mem', 'clocks.current.memory'] },
  { key: 'temperatureC', names: ['temperature.gpu'] },
  { key: 'pstate', names: ['pstate'] },
  { key: 'eventReasons', names: ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'] },
] as const satisfies readonly { key: string; names: readonly string[] }[]

export type SampleKey =
  | 'timestamp'
  | 'uuid'
  | 'powerW'
  | 'powerInstantW'
  | 'memoryUsedMiB'
  | 'utilizationGpuPct'
  | 'utilizationMemoryPct'
  | 'smClockMHz'
  | 'memClockMHz'
  | 'temperatureC'
  | 'pstate'
  | 'eventReasons'

/** Columns that every driver from 550 on supports: queried when the help list cannot be read. */
export const coreFields: readonly SelectedField[] = sampledFields.map(({ key, names }) => ({ key, name: names[0] }))

/**
 * Field names in the text of `nvidia-smi --help-query-gpu`: the quoted names of lines such as
 * `"clocks.current.sm" or "clocks.sm"`. Quotes inside explanations do not start a line and are ignored.
 */
export function parseHelpFields(help: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const line of help.split(/\r?\n/)) {
    if (!/^\s*"[^"]+"(\s+or\s+"[^"]+")*\s*\.?\s*$/.test(line)) continue
    for (const [, name] of line.matchAll(/"([^"]+)"/g)) names.add(name as string)
  }
  return names
}

/**
 * The fields that the driver has, each under the first name that it knows, and the keys that it lacks. One unknown
 * name makes nvidia-smi refuse the whole query, and the lists are not monotonic over drivers.
 */
export function intersectFields(
  known: ReadonlySet<string>,
  fields: readonly SampledField[] = sampledFields,
): { selected: SelectedField[]; missing: SampleKey[] } {
  const selected: SelectedField[] = []
  const missing: SampleKey[] = []
  for (const { key, names } of fields) {
    const name = names.find((candidate) => known.has(candidate))
    if (name === undefined) missing.push(key)
    else selected.push({ key, name })
  }
  return { selected, missing }
}

/** The name in nvidia-smi's `Field "x" is not a valid field to query.`, or null for any other text. */
export function rejectedField(text: string): string | null {
  return /Field "([^"]+)" is not a valid field to query/.exec(text)?.[1] ?? null
}

/**
 * The fields to try after nvidia-smi refused one by name: the same key under its next name, or without it.
 * Null when the refused name was not queried, or when only identity columns would remain.
 */
export function withoutField(fields: readonly SelectedField[], rejected: string): SelectedField[] | null {
  const index = fields.findIndex((field) => field.name === rejected)
  const field = fields[index]
  if (!field) return null
  const names: readonly string[] = sampledFields.find(({ key }) => key === field.key)?.names ?? []
  const next = names[names.indexOf(rejected) + 1]
  const rest =
    next === undefined ? fields.toSpliced(index, 1) : fields.toSpliced(index, 1, { key: field.key, name: next })
  return rest.some(({ key }) => key !== 'timestamp' && key !== 'uuid') ? rest : null
}
