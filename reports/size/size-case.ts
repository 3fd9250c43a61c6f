import { JoulemarkError } from '../../harness/errors.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import { statedCachedTokens } from '../../harness/scenario/load-shape.ts'
import { meanLength } from '../../harness/scenario/prompt/length.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'
import type { AskedLoad } from '../../harness/size/highest-load.ts'
import type { OfferDemand } from '../../harness/size/offer.ts'
import { requestSizes } from '../../harness/size/request-sizes.ts'
import type { RequestSize } from '../../harness/size/served-model.ts'

export type TextScenario = Extract<Scenario, { kind: 'text' }>

/** A question of `size`: what is asked of a server, by whom, and how it is to be carried. */
export interface SizeCase {
  readonly title: string
  /** The scenario as one card serves it: overrides of a card are applied. */
  readonly scenarioFor: (cardKey: string) => TextScenario
  readonly demand: OfferDemand
  /** Time in which the growth comes, in months; null where none is stated. It is printed, nothing follows from it. */
  readonly growthMonths: number | null
  /** Mean pause of a user between an answer and the next request, in s; null for requests at random times. */
  readonly pauseS: number | null
  /** Shape of the gaps between requests at random times: 1 is Poisson, smaller is burstier. */
  readonly burstiness: number
  readonly goodShare: number
  /** £ per server and month by card. */
  readonly rentsGbp: Readonly<Record<string, number>>
  readonly config: Config
}

const SEED = 20_261_126

/** Sizes of the requests of a scenario: of single requests, or of the turns of its sessions. */
export function sizesOf({ name, prompt, output, load }: TextScenario): RequestSize[] {
  if (prompt.tokens === undefined) {
    throw new JoulemarkError(
      'bad-input',
      `scenario ${name}: how long the prompts of its file are is known to the server only; give --input-tokens`,
    )
  }
  const session = sessionOf(load)
  if (session === null) {
    const cachedTokens = Math.round(statedCachedTokens(prompt.prefixCache, meanLength(prompt.tokens)))
    return requestSizes({ promptTokens: prompt.tokens, cachedTokens, outputTokens: output.tokens }, SEED)
  }
  const [first, answer] = [Math.round(meanLength(prompt.tokens)), Math.round(meanLength(output.tokens))]
  const added = session.userTokens + answer
  return Array.from({ length: Math.max(1, session.turns) }, (_, turn) => ({
    promptTokens: first + turn * added,
    // what came before is in the cache, but for the new words of the user
    cachedTokens: turn === 0 ? 0 : first + turn * added - session.userTokens - 1,
    outputTokens: answer,
  }))
}

/** Means over the requests of a scenario, in tokens; of sessions, over their turns. */
export function meanSizeOf(scenario: TextScenario): RequestSize {
  const sizes = sizesOf(scenario)
  const meanOf = (key: keyof RequestSize) => Math.round(sizes.reduce((sum, size) => sum + size[key], 0) / sizes.length)
  return {
    promptTokens: meanOf('promptTokens'),
    cachedTokens: meanOf('cachedTokens'),
    outputTokens: meanOf('outputTokens'),
  }
}

/** The sessions of a load; null for single requests. */
export const sessionOf = (load: TextScenario['load']) => ('session' in load && load.session ? load.session : null)

/** The load whose highest level is asked for. */
export function askedLoadOf(asked: SizeCase, scenario: TextScenario): AskedLoad {
  if (scenario.slo === undefined) throw noSlo(scenario.name)
  const pauseS = sessionOf(scenario.load)?.thinkSeconds ?? asked.pauseS
  return {
    sizes: sizesOf(scenario),
    slo: scenario.slo,
    goodShare: asked.goodShare,
    senders: pauseS === null ? { kind: 'open', burstiness: asked.burstiness } : { kind: 'users', pauseS },
    seed: SEED,
  }
}

export const noSlo = (name: string): JoulemarkError =>
  new JoulemarkError('bad-input', `${name}: no SLO is stated; give --slo ttft=500,tpot=50 (limits in ms)`)
