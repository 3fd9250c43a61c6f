import { JoulemarkError } from '../errors.ts'
import { MOST_IN_FLIGHT } from '../scenario/load-schema.ts'

/** Power limits in W as asked for: `auto` brackets and refines. */
export type AskedLimits = 'auto' | readonly number[]

/** What one flag takes: how its numbers are called, and how a range without a step goes on. */
interface Grammar {
  readonly flag: string
  /** For the message: what a number is. */
  readonly what: string
  readonly example: string
  readonly isWhole: boolean
  readonly most: number
  /** The next number of a range that names no step; null: it must name one. */
  readonly next: ((value: number) => number) | null
}

const limits: Grammar = {
  flag: '--power-limits',
  what: 'watts above 0',
  example: '250..450:25, 250,300,350 or auto',
  isWhole: false,
  most: 10_000,
  next: null,
}

const clocks: Grammar = {
  flag: '--clocks',
  what: 'whole MHz above 0',
  example: '1200..2400:300 or 1500,1800',
  isWhole: true,
  most: 10_000,
  next: null,
}

const concurrency: Grammar = {
  flag: '--concurrency',
  what: 'whole numbers of streams above 0',
  example: '1,8,32, 1..256 (powers of two) or 8..64:8',
  isWhole: true,
  most: MOST_IN_FLIGHT,
  next: (value) => 2 ** (Math.floor(Math.log2(value)) + 1),
}

/** A grid of more points takes days: it is a slip, such as a step of 1. */
export const MOST_POINTS = 100

/** Parses `--power-limits`: W in rising order without repeats, or `auto`. Throws `bad-input` in one line. */
export const parsePowerLimits = (text: string): AskedLimits =>
  text.trim() === 'auto' ? 'auto' : parseNumbers(text, limits)

/** Parses `--clocks`: SM clocks in MHz to lock, in rising order without repeats. Throws `bad-input` in one line. */
export const parseClocks = (text: string): readonly number[] => parseNumbers(text, clocks)

/**
 * Parses `--concurrency`: numbers of streams in rising order without repeats. A range without a step goes through the powers of
 * two between its ends. Throws `bad-input` in one line.
 */
export const parseConcurrency = (text: string): readonly number[] => parseNumbers(text, concurrency)

/** The loads of a sweep as they were asked for. */
export interface AskedLoads {
  readonly loads: readonly number[]
  /** A range of powers of two, between which loads may be added; a list or a range with a step is measured as it is. */
  readonly isRange: boolean
}

/** Parses `--concurrency` of a sweep: as `parseConcurrency`, and whether it is a range that may be refined. */
export const parseLoads = (text: string): AskedLoads => ({
  loads: parseConcurrency(text),
  isRange: /^\s*\d+\.\.\d+\s*$/.test(text),
})

function parseNumbers(text: string, grammar: Grammar): readonly number[] {
  const values = text.split(',').flatMap((part) => valuesOf(part.trim(), grammar))
  const unique = [...new Set(values)].sort((one, other) => one - other)
  if (unique.length > MOST_POINTS) throw tooMany(grammar, unique.length)
  return unique
}

/** The numbers of one part of a list: itself, or both ends of a range and what is between them. */
function valuesOf(part: string, grammar: Grammar): number[] {
  const [ends = '', stepText, ...rest] = part.split(':')
  const [fromText = '', toText, ...more] = ends.split('..')
  if (rest.length + more.length > 0) throw wrong(grammar, part, `expected ${grammar.what}`)
  const from = numberOf(fromText, grammar, part)
  if (toText === undefined) {
    if (stepText === undefined) return [from]
    throw wrong(grammar, part, 'a step belongs to a range')
  }
  const to = numberOf(toText, grammar, part)
  if (to < from) throw wrong(grammar, part, 'a range goes from the lower end to the higher')
  const step = stepText === undefined ? null : numberOf(stepText, grammar, part)
  return [...rangeOf({ from, to, step }, grammar, part)]
}

function* rangeOf(
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number | null },
  grammar: Grammar,
  part: string,
): Generator<number> {
  const { next } = grammar
  if (step === null && next === null) throw wrong(grammar, part, 'a range needs a step')
  const count = step === null ? Math.log2(to / from) : (to - from) / step
  if (count > MOST_POINTS) throw tooMany(grammar, Math.floor(count) + 1)
  for (let index = 0, value = from; value < to; index += 1) {
    yield value
    // from the start, so that steps of a decimal add up to no other number
    value = step === null ? (next?.(value) ?? to) : Number((from + (index + 1) * step).toFixed(6))
  }
  yield to
}

function numberOf(text: string, grammar: Grammar, part: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(value > 0) || value > grammar.most || (grammar.isWhole && !Number.isInteger(value)))
    throw wrong(grammar, part, `expected ${grammar.what}, at most ${grammar.most}`)
  return value
}

const wrong = ({ flag, example }: Grammar, part: string, why: string): JoulemarkError =>
  new JoulemarkError('bad-input', `${flag} ${JSON.stringify(part)}: ${why}; such as ${example}`)

const tooMany = ({ flag, example }: Grammar, count: number): JoulemarkError =>
  new JoulemarkError('bad-input', `${flag}: ${count} points, at most ${MOST_POINTS}; such as ${example}`)
