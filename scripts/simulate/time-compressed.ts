import { shortenedLength } from '../../harness/scenario/prompt/length.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'

/** Factor by which prompts and outputs of a closed loop shrink, which keeps their ratio and roughly the throughput. */
const SHRINK = 8
/** Tokens of a prompt that hold the template of a chat and a word: a shorter one cannot be sent as a message. */
const CHAT_TOKENS = 16
/** Turns of a session: whole sessions are to fit into a short trial. */
const MOST_TURNS = 8
/** Window length in s that holds several whole requests of every bundled scenario. */
const TEXT = { seconds: 10, warmupSeconds: 1, idleSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 2 } as const
/** Trial length in s of an open loop: shorter requests at the same rate would be a different load. */
const OPEN_SECONDS = 20
/** Trial length in s of a search: a few requests must be due at its lowest rate. */
const SEARCH_SECONDS = 40
/** Tolerance of a search: its range stays, but it ends sooner. */
const SEARCH_TOLERANCE = 0.25
/** Trial length in s for images: the slowest takes about twelve seconds. */
const IMAGE_SECONDS = 40

/**
 * A scenario in a tenth of its time, for the simulator: shorter trials, and shorter requests where that keeps the load
 * comparable. The record holds the shortened scenario, and all of its results are SIMULATED.
 */
export function timeCompressed(file: ScenarioFile): ScenarioFile {
  if (file.kind === 'training') return { ...file, trial: { ...file.trial, seconds: 8, quietSeconds: 0.8 } }
  if (file.kind === 'image') {
    const trial = { ...file.trial, ...TEXT, seconds: IMAGE_SECONDS, warmupSeconds: 0, minWindowSeconds: 4 }
    return { ...file, trial }
  }
  if (file.kind === 'embeddings') return { ...file, trial: { ...file.trial, ...TEXT } }
  const { load } = file
  const trial = { ...file.trial, ...TEXT }
  if (load.shape === 'closed' || (load.shape === 'sweep' && load.concurrency)) {
    const session = load.session && {
      ...load.session,
      turns: Math.min(load.session.turns, MOST_TURNS),
      userTokens: shrunk(load.session.userTokens),
      ...(load.session.branches
        ? { branches: { ...load.session.branches, tokens: shrunk(load.session.branches.tokens) } }
        : {}),
      thinkSeconds: load.session.thinkSeconds / SHRINK,
    }
    const least = file.api === 'chat' ? CHAT_TOKENS : 1
    return {
      ...file,
      load: { ...load, rampSeconds: Math.min(load.rampSeconds, 0.5), ...(session ? { session } : {}) },
      prompt: {
        ...file.prompt,
        ...(file.prompt.tokens === undefined ? {} : { tokens: shortenedLength(file.prompt.tokens, SHRINK, least) }),
        ...prefixOf(file.prompt.prefixCache),
      },
      output: { ...file.output, tokens: shortenedLength(file.output.tokens, SHRINK) },
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
