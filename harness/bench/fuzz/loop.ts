import { mixSeed, type Random, seededRandom } from '../../plan/random.ts'
import { Coverage } from './coverage.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { minimised } from './minimise.ts'
import { mutated } from './mutate.ts'

/** An input on which a target does not hold. */
export interface Finding {
  readonly input: Buffer
  readonly error: Error
}

/** How a search went. */
export interface FuzzResult {
  readonly inputs: number
  readonly seconds: number
  /** Blocks of the covered files that ran: by the seeds alone, and in the end. */
  readonly blocks: { readonly atStart: number; readonly atEnd: number }
  /** Inputs that are kept because each ran a block that none before it did. */
  readonly corpus: number
  readonly finding: Finding | null
}

/** Inputs between two looks at the coverage, which costs as much as some inputs; the batch with news is played again. */
const BATCH = 100
/** A check that takes longer than this has failed: a reader must not hang or go over its input again and again. */
const CHECK_LIMIT_MS = 5000

/**
 * Searches for an input on which the target does not hold, for some seconds: mutates inputs of a corpus and keeps those
 * that run new code. Ends at the first finding, which is minimised. The same seed gives the same inputs, as far as the
 * time goes.
 */
export async function fuzz(
  target: FuzzTarget,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): Promise<FuzzResult> {
  const startMs = performance.now()
  const secondsSo = () => (performance.now() - startMs) / 1000
  const random = seededRandom(mixSeed(seed, target.name.length, target.name.charCodeAt(0)))
  const dictionary = target.dictionary.map((text) => Buffer.from(text, 'latin1'))
  const coverage = new Coverage(target.covers)
  const corpus: Buffer[] = []
  let inputs = 0
  const found: Finding[] = []
  const tries = async (input: Buffer): Promise<void> => {
    inputs += 1
    const error = await errorOf(target, input)
    if (error) found.push({ input, error })
  }
  try {
    for (const given of target.seeds) {
      await tries(given)
      corpus.push(given)
    }
    coverage.keep()
    const atStart = coverage.blocks
    while (found.length === 0 && secondsSo() < seconds) {
      const batch = Array.from({ length: BATCH }, () =>
        mutated(pick(corpus, random), { random, dictionary, other: pick(corpus, random) }),
      )
      for (const input of batch) if (found.length === 0) await tries(input)
      if (found.length > 0 || !coverage.hasNews()) continue
      for (const input of batch) {
        await tries(input)
        if (coverage.keep() > 0) corpus.push(input)
      }
    }
    const blocks = { atStart, atEnd: coverage.blocks }
    const [first] = found
    const finding = first === undefined ? null : await smallest(target, first)
    return { inputs, seconds: secondsSo(), blocks, corpus: corpus.length, finding }
  } finally {
    coverage.close()
    target.close?.()
  }
}

/** New inputs are changed more often than old ones: the newest have been searched least. */
function pick(corpus: readonly Buffer[], random: Random): Buffer {
  const share = Math.max(random(), random())
  return corpus[Math.floor(share * corpus.length)] as Buffer
}

/** The same failure on the smallest input that shows it. */
async function smallest(target: FuzzTarget, { input, error }: Finding): Promise<Finding> {
  const kind = kindOf(error)
  let least = { input, error }
  const fails = async (candidate: Buffer): Promise<boolean> => {
    const again = await errorOf(target, candidate)
    if (again === null || kindOf(again) !== kind) return false
    least = { input: candidate, error: again }
    return true
  }
  await minimised(input, fails)
  return least
}

/** The class of an error and the beginning of its message: what stays the same while an input shrinks. */
const kindOf = ({ name, message }: Error): string => `${name}: ${message.split(/[:\n]/)[0]}`

/** What a check throws, or how long it took where that was too long; null if the target holds. */
async function errorOf(target: FuzzTarget, input: Buffer): Promise<Error | null> {
  const startMs = performance.now()
  let timer: NodeJS.Timeout | undefined
  try {
    const checked = target.check(input)
    if (checked instanceof Promise) {
      const never = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('no answer: the check never ended')), CHECK_LIMIT_MS)
      })
      await Promise.race([checked, never])
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(`thrown: ${String(error)}`)
  } finally {
    clearTimeout(timer)
  }
  return performance.now() - startMs > CHECK_LIMIT_MS ? new Error('too slow: the reader took over 5 s') : null
}
