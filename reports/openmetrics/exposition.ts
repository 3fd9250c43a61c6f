import { printable } from '../render/plain-text.ts'

/** Labels of a series; one with an empty value is the same as none, and is not written. */
export type Labels = Readonly<Record<string, string>>

/** One value of a family. */
export interface Series {
  readonly labels: Labels
  readonly value: number
}

/** A metric of the page: its name, what it means, and its base unit; the name ends with the unit. */
export interface FamilyHead {
  readonly name: string
  readonly help: string
  /** Null where the value has none: a flag, a count, an index. */
  readonly unit: string | null
}

export type Family = FamilyHead & { readonly series: readonly Series[] }

/** Longer texts are cut: they are names that a server or a file gave. */
const MOST_CHARACTERS = 200

/**
 * Families as text that is valid OpenMetrics 1.0 and Prometheus text 0.0.4 at once, so that the same bytes can be scraped and
 * be read by the textfile collector of node_exporter: gauges only, no timestamps, no comment but HELP, TYPE, UNIT and EOF.
 * A family without a series is not written, and neither is a value that is not finite.
 */
export function expositionText(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, help, unit, series }) => {
    const samples = series
      .filter(({ value }) => Number.isFinite(value))
      .map(({ labels, value }) => `${name}${labelText(labels)} ${value}`)
    if (samples.length === 0) return []
    return [
      `# HELP ${name} ${helpText(help)}`,
      `# TYPE ${name} gauge`,
      ...(unit === null ? [] : [`# UNIT ${name} ${unit}`]),
      ...samples,
    ]
  })
  return [...lines, '# EOF', ''].join('\n')
}

/** A text from outside as the value of a label: one line, without control and invisible characters, of bounded length. */
export const labelValue = (text: string | null): string => printable((text ?? '').slice(0, MOST_CHARACTERS))

/** Labels as they are written, and by which two series are the same; empty where there are none. */
export function labelText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** The two formats escape different characters in a help text: it has none of them. */
const helpText = (text: string): string => printable(text).replaceAll('\\', '/').replaceAll('"', "'")
