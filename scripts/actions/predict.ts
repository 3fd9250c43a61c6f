import { cardsNamed, scenarioKeysFor } from '../../harness/catalogue/find.ts'
import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { expandSweep } from '../../harness/scenario/expand.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../../harness/scenario/schema.ts'
import { jobPredictionTable, predictJob } from '../../reports/predict/job.ts'
import { predictOn } from '../../reports/predict/scenario.ts'
import { predictionTable } from '../../reports/predict/table.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'
import { tablesText } from '../support/terminal.ts'

/** Flags of `predict`. */
export interface PredictFlags {
  readonly card: string
  readonly powerLimit?: number
  readonly json?: boolean
}

/** Predicts throughput and its physical limit for scenarios on cards. */
export async function predict(paths: readonly string[], flags: PredictFlags, io: CommandIo): Promise<number> {
  const cards = cardsNamed(flags.card)
  const limitW = flags.powerLimit ?? null
  for (const card of cards) if (limitW !== null) checkPowerLimit(card, limitW)
  const named = await loadScenarios(paths, await scenarioNames(io, 'refuse'))
  // suites share scenarios
  const files = [...new Map(named.map((file) => [file.name, file])).values()]
  const jobs = files.flatMap((file) =>
    file.kind === 'text' ? [] : cards.flatMap((card) => jobOn(resolveScenario(file, scenarioKeysFor(card.key)), card)),
  )
  const predictions = files.flatMap((file) => {
    if (file.kind !== 'text') return []
    const why = notPredictable(file)
    if (why === null) {
      return expandSweep(file).flatMap((plain) =>
        cards.map((card) => predictOn(resolveScenario(plain, scenarioKeysFor(card.key)), card, limitW)),
      )
    }
    // one line within a suite; an error if it is the only scenario
    if (files.length === 1) throw new JoulemarkError('bad-input', `scenario ${file.name}: ${why}`)
    io.stderr.write(`skipped: ${file.name}: ${why}\n`)
    return []
  })
  if (flags.json) {
    io.stdout(`${JSON.stringify({ predictions, jobs }, null, 2)}\n`)
    return exitCodes.done
  }
  const tables = [
    ...(predictions.length > 0 ? [predictionTable(predictions)] : []),
    ...(jobs.length > 0 ? [jobPredictionTable(jobs)] : []),
  ]
  io.stdout(tablesText('Predicted', tables, io))
  return exitCodes.done
}

/** Throws one line where a card does not take this power limit. */
function checkPowerLimit(card: CardEntry, limitW: number): void {
  const least = card.minPowerLimitW?.value ?? 0
  const most = card.maxPowerLimitW?.value ?? Number.POSITIVE_INFINITY
  if (limitW >= least && limitW <= most) return
  const bound = limitW < least ? `from ${least} W` : `up to ${most} W`
  throw new JoulemarkError(
    'bad-input',
    `--power-limit ${limitW}: the ${card.label} takes limits ${bound}; its board prints them: nvidia-smi -q -d POWER`,
  )
}

const jobOn = (scenario: Scenario, card: CardEntry) => (scenario.kind === 'text' ? [] : [predictJob(scenario, card)])

function notPredictable(file: Extract<ScenarioFile, { kind: 'text' }>): string | null {
  const searches = file.load.shape === 'sweep' && file.load.highestRate !== undefined
  return searches ? 'a search for the highest rate has no single prediction' : null
}
