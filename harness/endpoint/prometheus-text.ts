/**
 * Reader of the Prometheus text format 0.0.4 (the page at /metrics): samples only. HELP, TYPE and every other comment
 * is skipped, because the harness knows what a name means. Histograms stay the `_bucket`, `_sum` and `_count` samples
 * of the page, each with its labels.
 */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** NaN and infinities are valid values of the format. */
  readonly value: number
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/
const labelPair = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y

/**
 * The samples of a page whose name begins with one of the prefixes; all of them without any. Lines that are no sample
 * (HTML from a proxy, a truncated page) are skipped. An empty result means that the page is not in this format.
 */
export function readSamples(page: string, prefixes: readonly string[] = ['']): Sample[] {
  const samples: Sample[] = []
  for (const line of page.split('\n')) {
    if (!prefixes.some((prefix) => line.startsWith(prefix))) continue
    const sample = readLine(line.trimEnd())
    if (sample) samples.push(sample)
  }
  return samples
}

function readLine(line: string): Sample | null {
  const match = sampleLine.exec(line)
  if (!match) return null
  const labels = match[2] === undefined ? {} : readLabels(match[2])
  const value = readValue(match[3] as string)
  return labels === null || value === null ? null : { name: match[1] as string, labels, value }
}

function readLabels(text: string): Record<string, string> | null {
  // without a prototype: a label may have any name
  const labels: Record<string, string> = Object.create(null)
  for (let position = 0; position < text.length; ) {
    labelPair.lastIndex = position
    const match = labelPair.exec(text)
    if (!match) return null
    labels[match[1] as string] = unescaped(match[2] as string)
    position = labelPair.lastIndex
  }
  return labels
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))

function readValue(text: string): number | null {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(text)) return Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null
}
