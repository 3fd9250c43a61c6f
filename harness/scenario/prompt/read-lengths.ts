import { dirname, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { JoulemarkError, messageOf } from '../../errors.ts'
import type { TextFile } from '../expand.ts'
import { placeOf, type YamlSource } from '../yaml-source.ts'
import { type InputFile, readInputFile } from './input-file.ts'
import { type Length, type LengthDistribution, MOST_LENGTH_TOKENS, MOST_LENGTH_VALUES } from './length-schema.ts'

type Empirical = Extract<LengthDistribution, { distribution: 'empirical' }>

/** Where a scenario stands: its file, and the line of a field. */
type Place = Pick<YamlSource, 'file' | 'lineOf' | 'flagOf'>

/**
 * A text scenario whose empirical lengths are read from their files, for the card overrides too: from then on it holds all
 * that its load depends on. Throws `bad-input` with file and line.
 */
export async function withLengths(scenario: TextFile, source: Place): Promise<TextFile> {
  const { prompt, output, cards } = scenario
  const read = async <Part extends { tokens?: Length | undefined }>(part: Part, path: string[]): Promise<Part> => {
    const { tokens } = part
    if (typeof tokens !== 'object' || tokens.distribution !== 'empirical' || tokens.file === undefined) return part
    return { ...part, tokens: await readLengths(tokens, [...path, 'tokens', 'file'], source) }
  }
  const overrides = await Promise.all(
    Object.entries(cards ?? {}).map(async ([card, over]) => [
      card,
      {
        ...over,
        ...(over.prompt ? { prompt: await read(over.prompt, ['cards', card, 'prompt']) } : {}),
        ...(over.output ? { output: await read(over.output, ['cards', card, 'output']) } : {}),
      },
    ]),
  )
  return {
    ...scenario,
    prompt: await read(prompt, ['prompt']),
    output: await read(output, ['output']),
    ...(cards ? { cards: Object.fromEntries(overrides) } : {}),
  }
}

async function readLengths(length: Empirical, path: string[], source: Place): Promise<Empirical> {
  const where = placeOf(source, path, source.lineOf(path))
  const file = await readInputFile(resolve(dirname(source.file), length.file ?? ''), where)
  const values = quantilesOf(
    lengthsIn({ path: file.path, text: textOf(file, where) }, length.column).toSorted((a, b) => a - b),
  )
  return { ...length, values, sha256: file.sha256 }
}

/** Larger files of lengths are no text that could be split at once. */
const MOST_TEXT_BYTES = 256_000_000

/** The text of a file of lengths. */
function textOf({ path, bytes }: InputFile, where: string): string {
  if (bytes.length <= MOST_TEXT_BYTES) return bytes.toString('utf8')
  throw new JoulemarkError(
    'bad-input',
    `${where}: ${path}: ${bytes.length} bytes; expected at most ${MOST_TEXT_BYTES}: take a sample of its lines`,
  )
}

/** A file of lengths as text. */
interface LengthFile {
  readonly path: string
  readonly text: string
}

/** The lengths of a file, in its order: a number per line, or a column of a CSV file or a field of a JSONL file. */
function lengthsIn(file: LengthFile, column?: string): number[] {
  const found = column === undefined ? plainLines(file) : columnOf(file, column)
  const lengths = found.map(({ value, line }) => {
    const tokens = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value
    if (typeof tokens === 'number' && Number.isInteger(tokens) && tokens >= 1 && tokens <= MOST_LENGTH_TOKENS) {
      return tokens
    }
    const advice = column === undefined ? '; name the column of a CSV or JSONL file with `column`' : ''
    const got = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 40)
    throw new JoulemarkError(
      'bad-input',
      `${file.path}:${line}: ${column ?? 'length'}: expected a whole number of tokens from 1 to ${MOST_LENGTH_TOKENS}, got ${got}${advice}`,
    )
  })
  if (lengths.length === 0) throw new JoulemarkError('bad-input', `${file.path}:1: contains no length`)
  return lengths
}

interface Found {
  readonly value: unknown
  readonly line: number
}

const plainLines = ({ text }: LengthFile): Found[] =>
  text
    .split('\n')
    .map((line, index) => ({ value: line.trim(), line: index + 1 }))
    .filter(({ value }) => value !== '')

function columnOf(file: LengthFile, column: string): Found[] {
  if (!file.text.trimStart().startsWith('{')) return csvColumn(file, column)
  return plainLines(file).map(({ value, line }) => {
    try {
      return { value: fieldOf(JSON.parse(value as string), column), line }
    } catch (error) {
      throw new JoulemarkError('bad-input', `${file.path}:${line}: not JSON: ${messageOf(error)}`)
    }
  })
}

/** A field of an object, of nested ones by a path with dots. */
const fieldOf = (object: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? (inner as never)[key] : undefined,
      object,
    )

function csvColumn({ path, text }: LengthFile, column: string): Found[] {
  let rows: { record: Record<string, string>; info: { lines: number } }[]
  try {
    rows = parse(text, { columns: true, info: true, bom: true, trim: true, skip_empty_lines: true }) as never
  } catch (error) {
    throw new JoulemarkError('bad-input', `${path}: not a CSV file: ${messageOf(error)}`)
  }
  const [first] = rows
  if (first !== undefined && !Object.hasOwn(first.record, column)) {
    const known = Object.keys(first.record).join(', ').slice(0, 200)
    throw new JoulemarkError('bad-input', `${path}:1: no column "${column}"; its columns are ${known}`)
  }
  return rows.map(({ record, info }) => ({ value: record[column], line: info.lines }))
}

/** All of the rising lengths, or as many of their quantiles as a scenario holds, each for an equal share of them. */
function quantilesOf(lengths: readonly number[]): number[] {
  if (lengths.length <= MOST_LENGTH_VALUES) return [...lengths]
  return Array.from(
    { length: MOST_LENGTH_VALUES },
    (_, index) => lengths[Math.floor(((index + 0.5) / MOST_LENGTH_VALUES) * lengths.length)] as number,
  )
}
