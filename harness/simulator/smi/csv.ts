import type { SmiField } from './field.ts'
import { findField, smiFields } from './fields.ts'
import type { SmiGpu, SmiState } from './state.ts'

/** The table format of `--format`. */
export interface CsvFormat {
  readonly header: boolean
  readonly units: boolean
}

/** `--format=csv,noheader,nounits`; null when csv is not in it. */
export function parseFormat(text: string | null): CsvFormat | null {
  const words = (text ?? '').split(',').map((word) => word.trim())
  return words.includes('csv') ? { header: !words.includes('noheader'), units: !words.includes('nounits') } : null
}

/** The fields behind the names of a query, or the first name that is not one. */
export function parseQuery(text: string): SmiField[] | { readonly unknown: string } {
  const fields: SmiField[] = []
  for (const name of text.split(',').map((word) => word.trim())) {
    const found = findField(name)
    if (found === undefined) return { unknown: name }
    fields.push(found)
  }
  return fields
}

/** The header line, which has units even where the rows have none. */
export const csvHeader = (fields: readonly SmiField[]): string =>
  fields.map(({ names, unit }) => (unit === null ? names[0] : `${names[0]} [${unit}]`)).join(', ')

/** One row of a card. */
export function csvRow(fields: readonly SmiField[], gpu: SmiGpu, state: SmiState, format: CsvFormat): string {
  const cells = fields.map(({ names, read, unit }) => {
    const text = gpu.cells?.[names[0]]
    if (text !== undefined) return text
    const value = read(gpu, state)
    if (value === null) return '[N/A]'
    return unit !== null && format.units ? `${value} ${unit}` : value
  })
  return cells.join(', ')
}

interface AppField {
  readonly header: string
  readonly read: (gpu: SmiGpu, process: SmiGpu['processes'][number], format: CsvFormat) => string
}

const appFields: Readonly<Record<string, AppField>> = {
  pid: { header: 'pid', read: (_, process) => String(process.pid) },
  process_name: { header: 'process_name', read: (_, process) => process.name },
  name: { header: 'process_name', read: (_, process) => process.name },
  used_memory: {
    header: 'used_gpu_memory [MiB]',
    read: (_, process, { units }) => `${process.usedMiB}${units ? ' MiB' : ''}`,
  },
  used_gpu_memory: {
    header: 'used_gpu_memory [MiB]',
    read: (_, process, { units }) => `${process.usedMiB}${units ? ' MiB' : ''}`,
  },
  gpu_uuid: { header: 'gpu_uuid', read: (gpu) => gpu.uuid },
  gpu_name: { header: 'gpu_name', read: (gpu) => gpu.name },
  gpu_bus_id: { header: 'gpu_bus_id', read: (gpu) => gpu.pci.busId },
}

/** Lines of `--query-compute-apps`, or the first name that is not a field of it. */
export function appLines(
  query: string,
  gpus: readonly SmiGpu[],
  format: CsvFormat,
): string[] | { readonly unknown: string } {
  const fields: AppField[] = []
  for (const name of query.split(',').map((word) => word.trim())) {
    const found = Object.hasOwn(appFields, name) ? appFields[name] : undefined
    if (found === undefined) return { unknown: name }
    fields.push(found)
  }
  const rows = gpus.flatMap((gpu) =>
    gpu.processes.map((process) => fields.map(({ read }) => read(gpu, process, format)).join(', ')),
  )
  return format.header ? [fields.map(({ header }) => header).join(', '), ...rows] : rows
}

/** The text of `--help-query-gpu`: the names of each field on one line, its description below. */
export function helpText(): string {
  const entries = smiFields.map(({ names, help }) => `${names.map((name) => `"${name}"`).join(' or ')}\n${help}\n`)
  return `List of valid properties to query for the switch "--query-gpu":\n\n${entries.join('\n')}`
}
