import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { JoulemarkError, messageOf } from '../errors.ts'

/** A parsed YAML text with the line number of each value. */
export interface YamlSource {
  readonly file: string
  /** Where the text was made from flags: the flag behind the value at a path; null for one that no flag states. */
  readonly flagOf?: (path: readonly PropertyKey[]) => string | null
  readonly value: unknown
  /** 1-based line of the value (or, for a missing one, of its nearest parent) at a path. */
  lineOf(path: readonly PropertyKey[]): number
  /** 1-based line of a key inside the map at a path. */
  lineOfKey(path: readonly PropertyKey[], key: string): number
}

/** Where the value at a path was written: its flag, or file, line and field. */
export const placeOf = (
  source: Pick<YamlSource, 'file' | 'flagOf'>,
  path: readonly PropertyKey[],
  line: number,
): string => source.flagOf?.(path) ?? `${source.file}:${line}: ${path.map(String).join('.') || 'file'}`

/** Parses YAML. Throws one `bad-input` line with file and line for malformed text; nothing is executed or fetched. */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter()
  // a map as a key would be printed as a warning of Node; the schema refuses it as an unknown key
  const options = { lineCounter: lines, prettyErrors: false, maxAliasCount: 100, logLevel: 'error' } as const
  const document = parseDocument(text, options as object)
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
  const problem = document.errors[0]
  if (problem) {
    throw new JoulemarkError('bad-input', `${file}:${lineAt(problem.pos[0])}: not valid YAML: ${messageOf(problem)}`)
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new JoulemarkError('bad-input', `${file}:1: not valid YAML: ${messageOf(error)}`)
  }
  return {
    file,
    value,
    lineOf: (path) => lineAt(nodeStart(document, path)),
    lineOfKey: (path, key) => lineAt(keyStart(document, path, key) ?? nodeStart(document, path)),
  }
}

function nodeStart(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    const range = (node as { range?: [number, number, number] } | null)?.range
    if (range) return range[0]
  }
  return undefined
}

function keyStart(document: Document.Parsed, path: readonly PropertyKey[], key: string): number | undefined {
  const map = path.length === 0 ? document.contents : document.getIn(path, true)
  if (!isMap(map)) return undefined
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key)
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}
