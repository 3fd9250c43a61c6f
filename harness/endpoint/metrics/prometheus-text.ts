/**
 * Reader of the Prometheus text format 0.0.4 and of OpenMetrics (the page at /metrics): samples only. HELP, TYPE, EOF and
 * every other comment is skipped, because the harness knows what a name means, and so are timestamps and exemplars.
 * Histograms stay the `_bucket`, `_sum` and `_count` samples of the page, each with its labels.
 */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** NaN and infinities are valid values of the format. */
  readonly value: number
}

/** The labels of vLLM's longest line, cache_config_info, are about 2 KB. */
const MAX_LINE_CHARS = 512 * 1024

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelPair = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*/y
const labelsStart = /\s*\{/y
const labelsEnd = /\s*\}/y
const valueAndRest = /\s+([^\s#]\S*)(?:\s+[+-]?[\d.]+(?:e[+-]?\d+)?)?(?:\s+#.*)?$/iy

/** Matches at a position of a line and moves it behind the match. */
interface Cursor {
  readonly line: string
  at: number
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.line)
  if (match) cursor.at = pattern.lastIndex
  return match
}

/**
 * The samples of a page whose name begins with one of the prefixes (all of them without any) and is wanted. Lines that are
 * no sample (HTML from a proxy, a truncated page) are skipped. An empty result means that the page is not in this format.
 */
export function readSamples(
  page: string,
  prefixes: readonly string[] = [''],
  isWanted: (name: string) => boolean = () => true,
): Sample[] {
  const samples: Sample[] = []
  for (let start = 0; start < page.length; ) {
    const newline = page.indexOf('\n', start)
    const end = newline < 0 ? page.length : newline
    if (end - start <= MAX_LINE_CHARS && prefixes.some((prefix) => page.startsWith(prefix, start))) {
      const sample = readLine(page.slice(start, end).trimEnd(), isWanted)
      if (sample) samples.push(sample)
    }
    start = end + 1
  }
  return samples
}

function readLine(line: string, isWanted: (name: string) => boolean): Sample | null {
  const cursor: Cursor = { line, at: 0 }
  const name = take(cursor, metricName)?.[0]
  if (name === undefined || !isWanted(name)) return null
  const labels = readLabels(cursor)
  const text = labels === null ? undefined : take(cursor, valueAndRest)?.[1]
  const value = text === undefined ? null : readValue(text)
  return labels === null || value === null ? null : { name, labels, value }
}

/** The labels at the cursor, none where there is no brace; null where they are not valid. */
function readLabels(cursor: Cursor): Record<string, string> | null {
  // without a prototype: a label may have any name
  const labels: Record<string, string> = Object.create(null)
  if (take(cursor, labelsStart) === null) return labels
  while (take(cursor, labelsEnd) === null) {
    const match = take(cursor, labelPair)
    if (!match) return null
    labels[match[1] as string] = unescaped(match[2] as string)
    const next = cursor.line[cursor.at]
    if (next === ',') cursor.at += 1
    else if (next !== '}') return null
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
