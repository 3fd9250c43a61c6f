import { JoulemarkError } from '../errors.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import { canonicalSha256 } from '../record/provenance.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { Scenario } from '../scenario/schema.ts'

/** What the next runs of a tuning would measure: one of its loads, on the cards and the server as they are now. */
export interface AheadOf {
  readonly scenario: Scenario
  readonly gpus: readonly Gpu[]
  readonly endpoint: Endpoint
  /** What shows that the server is simulated; null for a real one. */
  readonly simulatedBy: string | null
}

/** Settings of a server by which its runs are those of another server. The room of its KV cache differs from start to start. */
const SERVING = ['kvCacheDtype', 'prefixCaching', 'speculation', 'quantization', 'tensorParallel'] as const

/**
 * Refuses to go on with a tuning whose runs measured something else: another scenario of the same name, other cards, or another
 * server. Their points would be compared with one another. Throws `bad-input`, one line.
 */
export function refuseOther(done: readonly RunRecord[], ahead: readonly AheadOf[]): void {
  for (const next of ahead) {
    const mine = done.filter(({ scenario }) => streamsOf(scenario) === streamsOf(next.scenario))
    for (const record of mine) {
      const what = otherIn(record, next)
      if (what === null) continue
      throw new JoulemarkError(
        'bad-input',
        `${record.id} cannot be continued: ${what}; what was measured would be compared with it. Start a tuning of its own, without --resume`,
      )
    }
  }
}

const streamsOf = ({ load }: Scenario): number | null => ('concurrency' in load ? (load.concurrency ?? null) : null)

/** In what a run differs from the next one; null where it measured the same. */
function otherIn(record: RunRecord, { scenario, gpus, endpoint, simulatedBy }: AheadOf): string | null {
  if (record.scenarioSha256 !== canonicalSha256(scenario)) return `the scenario ${scenario.name} was changed since`
  const [before, now] = [record.gpus, gpus].map((each) => servingUuids(each).toSorted().join(', '))
  if (before !== now) return `it ran on ${before || 'no card'}, and now ${now || 'no card'} serves`
  if (record.source === 'live' && simulatedBy !== null)
    return 'it was measured on a real server, and this is a simulator'
  const changed = serverFacts(record.endpoint).flatMap(([name, value], place) => {
    const is = serverFacts(endpoint)[place]?.[1] ?? null
    // what one of both does not say is no difference
    return value === null || is === null || value === is ? [] : [`${name} was ${value} and is ${is}`]
  })
  return changed.length === 0 ? null : `the server is another one: ${changed.join(', ')}`
}

/** What a server says of itself that stays the same when it is started again. */
const serverFacts = ({ engine, version, model, modelRoot, adapter, maxModelLen, serving }: Endpoint) =>
  [
    ...Object.entries({ engine, version, model, modelRoot, adapter: adapter ?? null, maxModelLen }),
    ...SERVING.map((name) => [name, serving?.[name] ?? null] as const),
  ] as readonly (readonly [string, string | number | boolean | null])[]

/** Refuses runs whose limit was left as it was found where the cards are now found at another one. Throws `bad-input`, one line. */
export function refuseOtherFound(done: readonly RunRecord[], foundW: number | null): void {
  const other = done.find(({ setting }) => {
    const { asked = null, found = null } = setting?.powerLimitW ?? {}
    return setting !== undefined && asked === null && found !== foundW
  })
  if (other === undefined) return
  const text = (watts: number | null | undefined) => (watts == null ? 'an unknown limit' : `${watts} W`)
  throw new JoulemarkError(
    'bad-input',
    `${other.id} cannot be continued: its cards were left at ${text(other.setting?.powerLimitW.found)}, and are now found at ${text(foundW)}; set that limit again, or start a tuning of its own, without --resume`,
  )
}
