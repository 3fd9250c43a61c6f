import { scenarioFileSchema } from '../../scenario/schema.ts'
import type { BoxCard, BoxPlan, PlannedSoak } from '../plan/box-plan.ts'
import { type BoxPlanOptions, boxPlan } from '../plan/plan-box.ts'

/** A soak, and what it takes from outside. */
export interface SoakPlan extends PlannedSoak {
  /** Cards without a load, with the reason. */
  readonly leftOut: BoxPlan['leftOut']
  readonly downloads: BoxPlan['downloads']
}

type SoakPlanOptions = Omit<BoxPlanOptions, 'starts' | 'withinMinutes' | 'topology'>

/** Its name among the scenarios of a night. */
export const SOAK_NAME = 'soak'

/** Streams per card: enough that arithmetic and memory are both busy, and few enough for the KV cache of 16 GB. */
const STREAMS = 128
const LENGTHS = { promptTokens: 512, outputTokens: 256, contextTokens: 2048 } as const
/** A round leaves a record. Twelve rounds show a drift with its interval, and records of ten minutes stay small. */
const ROUNDS = 12
const LONGEST_ROUND_S = 600
const SHORTEST_ROUND_S = 30
/** What a round takes besides its load. */
const ROUND_MARGIN_MINUTES = 30

/** What differs in tests and in a demonstration on the simulator. */
export interface SoakLoad {
  readonly streams?: number
  readonly roundSeconds?: number
}

/**
 * The soak of some cards for `hours` of load each: an 8B model in FP8 under 128 streams on every card, each with a server of
 * its own. Nothing is started. A card that cannot serve that model is in `leftOut` with the reason.
 */
export function soakPlan(
  cards: readonly BoxCard[],
  hours: number,
  options: SoakPlanOptions,
  load: SoakLoad = {},
): SoakPlan {
  const { streams = STREAMS } = load
  const asked = Math.min(LONGEST_ROUND_S, Math.max(SHORTEST_ROUND_S, (hours * 3600) / ROUNDS))
  const roundSeconds = load.roundSeconds ?? Math.round(asked)
  const file = scenarioFileSchema.parse({
    name: SOAK_NAME,
    title: `Soak, 8B FP8, ${streams} streams`,
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    server: { maxModelLen: LENGTHS.contextTokens, kvCacheDtype: 'fp8_e4m3', maxNumSeqs: streams },
    load: { shape: 'closed', concurrency: streams },
    prompt: { tokens: LENGTHS.promptTokens, prefixCache: 'cold' },
    output: { tokens: LENGTHS.outputTokens },
    trial: {
      seconds: roundSeconds,
      warmupSeconds: 0,
      idleSeconds: 0,
      quietSeconds: 0.8,
      runTimeoutMinutes: roundSeconds / 60 + ROUND_MARGIN_MINUTES,
    },
    certainty: { minTrials: 1, maxTrials: 1 },
  })
  const plan = boxPlan([file], cards, { ...options, starts: 1, withinMinutes: null, topology: { reason: 'not read' } })
  const lanes = plan.stages.flatMap(({ servers, parts }) =>
    parts.flatMap((part) =>
      part.lanes.flatMap(({ server: id, runs }) => {
        const server = servers.find((each) => each.id === id)
        const [card] = server?.cards ?? []
        const [run] = runs
        return server && card && run ? [{ card, server, run }] : []
      }),
    ),
  )
  return {
    hours,
    roundSeconds,
    rounds: Math.max(1, Math.ceil((hours * 3600) / roundSeconds)),
    lanes,
    leftOut: plan.leftOut,
    downloads: plan.downloads,
  }
}

/** A night that ends with a soak, so that everything before it knows its servers, images and weights. */
export function withSoak(night: BoxPlan, hours: number, options: SoakPlanOptions): BoxPlan {
  const { leftOut, downloads, ...soak } = soakPlan(night.cards, hours, options)
  const keyOf = ({ what, repository }: BoxPlan['downloads'][number]): string => repository ?? what
  const known = new Set(night.downloads.map(keyOf))
  return {
    ...night,
    soak,
    leftOut: [...night.leftOut, ...leftOut],
    downloads: [...night.downloads, ...downloads.filter((each) => !known.has(keyOf(each)))],
  }
}
