import { scenarioKeysFor } from '../../catalogue/find.ts'
import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { type LaunchPlan, launchPlan } from '../../endpoint/serve/launch-plan.ts'
import type { ServeOptions } from '../../endpoint/serve/plan.ts'
import { JoulemarkError } from '../../errors.ts'
import { canonicalSha256 } from '../../record/provenance.ts'
import { atRate, expandSweep, type PlainScenarioFile } from '../../scenario/expand.ts'
import { resolveScenario } from '../../scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../../scenario/schema.ts'

/** A scenario that a card can run, and how it would be served alone. */
export interface Candidate {
  readonly name: string
  readonly file: ScenarioFile
  readonly scenario: Scenario
  readonly sha256: string
  readonly launch: LaunchPlan
}

/** The scenarios of a night that a card can run, in order, and the others with their reason. */
export interface Candidates {
  readonly runnable: readonly Candidate[]
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
}

/** Settings of a launch that are the same for all servers of a box. */
export type LaunchOptions = Omit<ServeOptions, 'port' | 'gpus'>

/**
 * The scenarios of the files, each name once because suites share them, as `count` cards of this kind can run them. A sweep
 * is one scenario per point; a search for the highest rate is one scenario, served as at its highest rate.
 */
export function candidatesFor(
  files: readonly ScenarioFile[],
  card: CardEntry,
  count: number,
  options: LaunchOptions,
): Candidates {
  const once = new Map(files.flatMap(runsOf).map((run) => [run.file.name, run]))
  const runnable: Candidate[] = []
  const leftOut: { name: string; reason: string }[] = []
  for (const { file, plain } of once.values()) {
    const scenario = { ...resolveScenario(plain, scenarioKeysFor(card.key)), name: file.name }
    const launch = launchOrReason(scenario, card, count, options)
    if ('reason' in launch) leftOut.push({ name: file.name, reason: launch.reason })
    else runnable.push({ name: file.name, file, scenario, sha256: canonicalSha256(file), launch })
  }
  return { runnable, leftOut }
}

/** The runs of a file, each with the plain file by which it is served. */
function runsOf(file: ScenarioFile): { readonly file: ScenarioFile; readonly plain: PlainScenarioFile }[] {
  if (file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate !== undefined) {
    return [{ file, plain: atRate(file, file.load.highestRate.toPerS) }]
  }
  return expandSweep(file).map((plain) => ({ file: plain, plain }))
}

function launchOrReason(
  scenario: Scenario,
  card: CardEntry,
  count: number,
  options: LaunchOptions,
): LaunchPlan | { readonly reason: string } {
  const needed = cardsOf(scenario)
  if (needed > count) return { reason: `requires ${needed} GPUs of one kind; this box has ${count}` }
  if ('adapter' in scenario && scenario.adapter !== undefined) {
    return { reason: `requires the LoRA adapter ${scenario.adapter}, which a server started here does not have` }
  }
  try {
    const launch = launchPlan(scenario, card, { ...options, port: 0, gpus: [] })
    return launch.refusal === null ? launch : { reason: launch.refusal }
  } catch (error) {
    if (error instanceof JoulemarkError && error.code === 'bad-input') return { reason: whyOf(error, scenario) }
    throw error
  }
}

/** The message without the name of the scenario, which stands in front of it in a plan. */
const whyOf = ({ message }: Error, { name }: Scenario): string => message.replace(`scenario ${name}: `, '')

/** GPUs that share the model of a scenario (tensor parallel). */
export const cardsOf = (scenario: Scenario): number => scenario.server?.tensorParallel ?? 1
