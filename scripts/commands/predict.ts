import { cardsNamed, catalogueNames, scenarioKeysFor } from '../../harness/catalogue/find.ts'
import type { Card } from '../../harness/catalogue/types.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { expandSweep } from '../../harness/scenario/expand.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../../harness/scenario/schema.ts'
import { jobPredictionTable, predictJob } from '../../reports/predict/job.ts'
import { predictScenario, type ScenarioPrediction } from '../../reports/predict/scenario.ts'
import { formatNumber } from '../../reports/render/format-cell.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../../reports/tables/table.ts'
import type { CommandIo } from '../support/io.ts'
import { tablesReport } from '../support/tables-report.ts'

/** `predict` as typed. */
export interface PredictFlags {
  readonly card: string
  readonly json?: boolean
}

/** Physical limit and expected figure of scenarios on a card, before any run. */
export async function predict(paths: readonly string[], flags: PredictFlags, io: CommandIo): Promise<number> {
  const cards = cardsNamed(flags.card)
  const named = await loadScenarios(paths, catalogueNames)
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
        cards.map((card) => predictScenario(resolveScenario(plain, scenarioKeysFor(card.key)), card)),
      )
    }
    // one line of a suite; the only scenario asked for is an error
    if (files.length === 1) throw new JoulemarkError('bad-input', `scenario ${file.name}: ${why}`)
    io.stderr.write(`left out: ${file.name}: ${why}\n`)
    return []
  })
  if (flags.json) {
    io.stdout(`${JSON.stringify({ predictions, jobs }, null, 2)}\n`)
    return exitCodes.done
  }
  const width = io.columns === null ? {} : { columns: io.columns }
  const tables = [
    ...(predictions.length > 0 ? [predictionTable(predictions)] : []),
    ...(jobs.length > 0 ? [jobPredictionTable(jobs)] : []),
  ]
  io.stdout(renderTerminal(tablesReport('Predicted', tables), { color: io.color, ...width }))
  return exitCodes.done
}

const jobOn = (scenario: Scenario, card: Card) => (scenario.kind === 'text' ? [] : [predictJob(scenario, card)])

function notPredictable(file: Extract<ScenarioFile, { kind: 'text' }>): string | null {
  const searches = file.load.shape === 'sweep' && file.load.highestRate !== undefined
  return searches ? 'a search for the highest rate has no figure of its own' : null
}

function predictionTable(predictions: readonly ScenarioPrediction[]): Table {
  const figure = (
    id: string,
    head: string,
    of: (at: ScenarioPrediction) => Cell | null,
  ): Column<ScenarioPrediction> => ({
    id,
    head,
    align: 'right',
    cell: (at) => of(at) ?? notPredicted(at),
  })
  return buildTable({
    id: 'prediction',
    title: 'Predicted, before any run',
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (at) => text(`${at.scenario} on ${at.card}`) },
      { id: 'fit', head: 'Memory', align: 'left', cell: fitCell },
      figure('limit', 'Limit t/s', (at) => (fits(at) ? number(at.limit.value) : null)),
      figure('expected', 'Expected t/s', (at) => {
        if (at.prediction === null) return null
        const { slow, fast } = at.prediction.band
        const digits = fast.outputTokensPerS < 100 ? 1 : 0
        const band = `${formatNumber(slow.outputTokensPerS, digits)} to ${formatNumber(fast.outputTokensPerS, digits)}`
        const value = formatNumber(at.prediction.expected.outputTokensPerS, digits)
        return { kind: 'text', text: value, detail: band }
      }),
      figure('tpot', 'TPOT ms', (at) => (at.prediction ? number(at.prediction.expected.tpotMs, 1) : null)),
      figure('ttft', 'TTFT ms', (at) => (at.prediction ? number(at.prediction.expected.ttftMs, 0) : null)),
    ],
    rows: predictions,
    rowId: (at) => `${at.scenario}-${at.card}`,
    notes: [
      'Limit: max(bytes / bandwidth, FLOPs / peak) a step; nothing true passes it. Expected: a step model that fits three published decode timings within 5 %; the band under it is where a healthy box lies (0.60 to 0.92 of memory bandwidth). Neither is a measurement.',
      ...predictions.flatMap((at) => [
        ...(fits(at) ? [`${at.scenario} on ${at.card}: limit ${at.limit.formula}`] : []),
        ...(at.prediction && at.reason ? [`${at.scenario} on ${at.card}: ${at.reason}`] : []),
      ]),
    ],
  })
}

const fits = ({ fit }: ScenarioPrediction): boolean => fit.headroomRatio >= 1

const number = (value: number, digits = value < 100 ? 1 : 0): Cell => ({ kind: 'number', value, unit: '', digits })

const notPredicted = (at: ScenarioPrediction): Cell => missing(at.reason ?? 'not predicted')

function fitCell(at: ScenarioPrediction): Cell {
  const { fit } = at
  const gib = (bytes: number) => `${formatNumber(bytes / 2 ** 30, 1)} GiB`
  if (fits(at)) {
    return {
      kind: 'text',
      text: fit.verdict,
      detail: `h ${formatNumber(fit.headroomRatio, 1)}, KV ${gib(fit.freeBytes)}`,
    }
  }
  return { kind: 'oom', evidence: `${gib(fit.weightsBytes)} of weights into ${gib(fit.budgetBytes)}` }
}
