import { type ChatLength, chatWordsOf, wordsWithin } from './chat-length.ts'
import { FILLER_WORD, FIRST_WORD, promptWords, WORD_LETTERS } from './prompt-words.ts'
import { seededRandom } from './random.ts'

/** The smallest part of a prompt: a token id or a word, with the separator before it. All have the same number of bytes. */
export interface Units {
  readonly bytes: number
  /** What every prompt begins with, before its first unit. Empty where the first unit has no separator. */
  readonly head: Buffer
  /** Units that lie within the first `tokens` of a prompt. */
  within(tokens: number): number
  /** Writes a random unit. */
  write(bytes: Buffer, at: number, random: () => number): void
  /** What a prompt of `tokens` has after its last unit. */
  tail(tokens: number): Buffer
}

const COMMA = 44
const SPACE = 32
const DIGIT_ZERO = 48
const nothing = Buffer.alloc(0)

/** The largest range of token ids with the same number of digits. */
export function tokenIdRange(vocab: number): { low: number; high: number; digits: number } {
  if (vocab < 16) throw new RangeError(`a vocabulary of ${vocab} tokens is too small for unique prompts`)
  const digits = [5, 4, 3, 2].find((count) => 10 ** (count - 1) <= vocab / 2) ?? 1
  return { low: digits === 1 ? 1 : 10 ** (digits - 1), high: Math.min(vocab, 10 ** digits) - 1, digits }
}

/** Token ids of a vocabulary, for prompts that are lists of them. */
export function idUnits(vocab: number): Units {
  const { low, high, digits } = tokenIdRange(vocab)
  return {
    bytes: digits + 1,
    head: nothing,
    within: (tokens) => tokens,
    write(bytes, at, random) {
      bytes[at] = COMMA
      // digit by digit, because a string per token would create garbage while tokens are timed
      let rest = low + Math.floor(random() * (high - low + 1))
      for (let place = at + digits; place > at; place -= 1) {
        bytes[place] = DIGIT_ZERO + (rest % 10)
        rest = Math.floor(rest / 10)
      }
    },
    tail: () => nothing,
  }
}

/**
 * Words, for prompts that are text. The first word is the same in all prompts: what it costs is part of the base, whether
 * or not a vocabulary has it without a space before it.
 */
export function wordUnits(length: ChatLength): Units {
  const table = Buffer.from(promptWords.join(''))
  const filler = Buffer.from(` ${FILLER_WORD}`)
  const tails: Buffer[] = []
  return {
    bytes: WORD_LETTERS + 1,
    head: Buffer.from(FIRST_WORD),
    within: (tokens) => wordsWithin(tokens, length),
    write(bytes, at, random) {
      bytes[at] = SPACE
      const word = Math.floor(random() * promptWords.length) * WORD_LETTERS
      table.copy(bytes, at + 1, word, word + WORD_LETTERS)
    },
    tail(tokens) {
      const { fillers } = chatWordsOf(tokens, length)
      tails[fillers] ??= Buffer.concat(Array.from({ length: fillers }, () => filler))
      return tails[fillers]
    },
  }
}

/** `count` random units; the same for the same seed. */
export function writeUnits(units: Units, seed: number, count: number): Buffer {
  const random = seededRandom(seed)
  const bytes = Buffer.allocUnsafe(count * units.bytes)
  for (let index = 0; index < count; index += 1) units.write(bytes, index * units.bytes, random)
  return bytes
}

/** The first `count` of some units. */
export const sliceOf = (units: Units, bytes: Buffer, count: number): Buffer => bytes.subarray(0, count * units.bytes)

/** A sequence of units that is generated as far as requested; every result is a slice of it. */
export function growingUnits(units: Units, seed: number): (count: number) => Buffer {
  let made: Buffer = nothing
  return (count) => {
    // the same seed gives the same beginning, so that a longer run extends a shorter one
    if (made.length < count * units.bytes) made = writeUnits(units, seed, Math.ceil(count * 1.5))
    return sliceOf(units, made, count)
  }
}
