import { scenarioKeysFor } from '../catalogue/find.ts'
import type { Card } from '../catalogue/types.ts'
import { type ServeOptions, type ServePlan, servePlan } from '../endpoint/serve/plan.ts'
import { canonicalSha256 } from '../record/provenance.ts'
import { expandSweep, type PlainScenarioFile } from '../scenario/expand.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../scenario/schema.ts'

/** One scenario of a night on a box: how it is served, or why it is left out. */
export interface BoxStep {
  readonly name: string
  readonly file: PlainScenarioFile
  readonly scenario: Scenario
  /** Of the file, so that a resumed night knows whether it means the same. */
  readonly sha256: string
  readonly serve: ServePlan | null
  /** Why it is left out; null when it runs. */
  readonly leftOut: string | null
  /** From starting the server to the end of the last trial, at most. */
  readonly minutes: number
}

/** Weights are read from a disk at about this rate; a download takes longer, and is not foreseen. */
const LOAD_GB_PER_S = 1
/** Profiling, compilation and CUDA graphs of a first start. */
const START_SECONDS = 120

/**
 * The night: every scenario of the files once, those that cannot run on these cards with their reason. Nothing is
 * started. Suites share scenarios: what has the same name is the same.
 */
export function boxPlan(
  files: readonly ScenarioFile[],
  card: Card,
  gpuCount: number,
  options: ServeOptions,
): BoxStep[] {
  const once = new Map(files.flatMap(expandable).map((file) => [file.name, file]))
  return [...once.values()].map((file) => {
    const scenario = resolveScenario(file, scenarioKeysFor(card.key))
    const base = { name: scenario.name, file, scenario, sha256: canonicalSha256(file) }
    if (scenario.kind !== 'text') {
      return { ...base, serve: null, leftOut: `kind ${scenario.kind}: vLLM serves text`, minutes: 0 }
    }
    const serve = servePlan(scenario, card.key, options)
    const gpus = scenario.server?.tensorParallel ?? 1
    if (gpus > gpuCount) {
      return { ...base, serve, leftOut: `it wants ${gpus} GPUs, here are ${gpuCount}`, minutes: 0 }
    }
    if (serve.refusal !== null) return { ...base, serve, leftOut: serve.refusal, minutes: 0 }
    return { ...base, serve, leftOut: null, minutes: minutesOf(scenario, serve) }
  })
}

/** A search for the highest rate is driven by hand; it has no list of runs. */
function expandable(file: ScenarioFile): PlainScenarioFile[] {
  const searches = file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate !== undefined
  return searches ? [] : expandSweep(file)
}

function minutesOf(scenario: Extract<Scenario, { kind: 'text' }>, serve: ServePlan): number {
  const { seconds, warmupSeconds, quietSeconds, idleSeconds = 0, coolDown } = scenario.trial
  const { maxTrials } = scenario.certainty
  const trials = maxTrials * (seconds + 2 * quietSeconds) + (maxTrials - 1) * (coolDown?.timeoutSeconds ?? 0)
  return (START_SECONDS + serve.fit.weightsBytes / 1e9 / LOAD_GB_PER_S + idleSeconds + warmupSeconds + trials) / 60
}
