import type { ScenarioFile } from '../../harness/scenario/schema.ts'

/** Prompts and outputs of a closed loop shrink by this: their ratio stays, and so roughly the throughput. */
const SHRINK = 8
/** A window of this length holds several whole requests of every scenario here. */
const TEXT = { seconds: 10, warmupSeconds: 1, idleSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 2 } as const
/** Appointments at a given rate cannot be hurried: shorter requests at the same rate would be another load. */
const OPEN_SECONDS = 20
/** At the lowest rate of a search a few requests have to be due. */
const SEARCH_SECONDS = 40
/** A search is as wide as asked, and ends sooner. */
const SEARCH_TOLERANCE = 0.25
/** The slowest image here takes about twelve seconds. */
const IMAGE_SECONDS = 40

/**
 * A scenario in a tenth of its time, for the stand-in: shorter trials, and where it keeps the truth shorter requests.
 * The record holds the scenario as it was run, and every figure of it says SIMULATED.
 */
export function timeCompressed(file: ScenarioFile): ScenarioFile {
  if (file.kind === 'training') return { ...file, trial: { ...file.trial, seconds: 8, quietSeconds: 0.8 } }
  if (file.kind === 'image') {
    const trial = { ...file.trial, ...TEXT, seconds: IMAGE_SECONDS, warmupSeconds: 0, minWindowSeconds: 4 }
    return { ...file, trial }
  }
  const { load } = file
  const trial = { ...file.trial, ...TEXT }
  if (load.shape === 'closed' || (load.shape === 'sweep' && load.concurrency)) {
    const session = load.session && {
      ...load.session,
      userTokens: shrunk(load.session.userTokens),
      thinkSeconds: load.session.thinkSeconds / SHRINK,
    }
    return {
      ...file,
      load: { ...load, rampSeconds: Math.min(load.rampSeconds, 0.5), ...(session ? { session } : {}) },
      prompt: { ...file.prompt, tokens: shrunk(file.prompt.tokens), ...prefixOf(file.prompt.prefixCache) },
      output: { tokens: shrunk(file.output.tokens) },
      trial,
    }
  }
  const paced = { ...trial, seconds: OPEN_SECONDS, warmupSeconds: 3 }
  if (load.shape !== 'sweep' || !load.highestRate) return { ...file, trial: paced }
  const highestRate = { ...load.highestRate, tolerance: Math.max(load.highestRate.tolerance, SEARCH_TOLERANCE) }
  return { ...file, load: { ...load, highestRate }, trial: { ...paced, seconds: SEARCH_SECONDS } }
}

const shrunk = (tokens: number): number => Math.ceil(tokens / SHRINK)

/** A shared prefix shrinks with its prompt. */
function prefixOf(prefixCache: string): { prefixCache?: string } {
  const shared = /^shared:(\d+)$/.exec(prefixCache)
  return shared ? { prefixCache: `shared:${shrunk(Number(shared[1]))}` } : {}
}
