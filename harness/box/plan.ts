import { scenarioKeysFor } from '../catalogue/find.ts'
import type { CardEntry } from '../catalogue/own/card-entry.ts'
import { fitCard } from '../catalogue/own/known.ts'
import { launchPlan } from '../endpoint/serve/launch-plan.ts'
import type { ServeOptions, ServePlan } from '../endpoint/serve/plan.ts'
import { canonicalSha256 } from '../record/provenance.ts'
import { expandSweep, type PlainScenarioFile } from '../scenario/expand.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../scenario/schema.ts'

/** One scenario of an unattended run: how it is served, or why it is skipped. */
export interface BoxStep {
  readonly name: string
  readonly file: PlainScenarioFile
  readonly scenario: Scenario
  /** Hash of the file, so that a resumed run detects a changed scenario. */
  readonly sha256: string
  readonly serve: ServePlan | null
  /** Why it is skipped; null when it runs. */
  readonly leftOut: string | null
  /** Maximum time from starting the server to the end of the last trial. */
  readonly minutes: number
}

/** The bundled scenario that shows the memory bandwidth of a card within a minute of load; `box` runs it first. */
export const MEMORY_PROBE = 'memory-probe'

/** Assumed rate of reading weights from a disk; the time of a download is not included. */
const LOAD_GB_PER_S = 1
/** Profiling, compilation and CUDA graphs of a first start. */
const START_SECONDS = 120

/**
 * The plan of an unattended run: every scenario of the files once, and a reason for those that cannot run on these cards.
 * Nothing is started. Scenarios with the same name are the same, because suites share them.
 */
export function boxPlan(
  files: readonly ScenarioFile[],
  card: CardEntry,
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
    const known = fitCard(card)
    if ('reason' in known) return { ...base, serve: null, leftOut: known.reason, minutes: 0 }
    const serve = launchPlan(scenario, card, options)
    if (serve.kind !== 'server') {
      return { ...base, serve: null, leftOut: `kind ${scenario.kind}: vLLM serves text`, minutes: 0 }
    }
    const gpus = scenario.server?.tensorParallel ?? 1
    if (gpus > gpuCount) {
      return { ...base, serve, leftOut: `requires ${gpus} GPUs; this server has ${gpuCount}`, minutes: 0 }
    }
    if (serve.refusal !== null) return { ...base, serve, leftOut: serve.refusal, minutes: 0 }
    return { ...base, serve, leftOut: null, minutes: minutesOf(scenario, serve) }
  })
}

/** A search for the highest rate is not part of an unattended run: its runs cannot be listed beforehand. */
function expandable(file: ScenarioFile): PlainScenarioFile[] {
  const searches = file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate !== undefined
  return searches ? [] : expandSweep(file)
}

function minutesOf(scenario: Extract<Scenario, { kind: 'text' }>, serve: ServePlan): number {
  const { seconds, warmupSeconds, quietSeconds, idleSeconds = 0, coolDown } = scenario.trial
  const { maxTrials } = scenario.certainty
  const trials = maxTrials * (seconds + 2 * quietSeconds) + (maxTrials - 1) * (coolDown?.timeoutSeconds ?? 0)
  return (START_SECONDS + (serve.weightsBytes ?? 0) / 1e9 / LOAD_GB_PER_S + idleSeconds + warmupSeconds + trials) / 60
}
