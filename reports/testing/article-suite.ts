import { catalogueNames } from '../../harness/catalogue/find.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { expandSweep, type PlainScenarioFile, widestRun } from '../../harness/scenario/expand.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import { type RunSeries, runSeries } from '../charts/run-series.ts'
import { makeRequest, makeRows, makeSample, makeTrial } from './rows-builder.ts'

const cards = ['rtx-4090', 'rtx-pro-6000-max-q'] as const

/** What every run of it is made of: three trials of a minute. */
const trialList = [0, 1, 2].map((index) =>
  makeTrial(index, index * 70_000, [index * 70_000 + 5000, index * 70_000 + 59_000], index * 70_000 + 60_000),
)

/**
 * Records of the whole article on its two cards, with as many rows as real ones: at about half of the physical limit, out of memory
 * where the weights do not fit. For the size and the speed of pages; the figures are made up.
 */
export async function articleSuite(): Promise<{
  readonly runs: readonly RunRecord[]
  readonly series: ReadonlyMap<string, RunSeries>
}> {
  const files = (await loadScenarios(['article'], catalogueNames)).flatMap(loadsOf)
  const runs = files.flatMap((file) => cards.map((card) => runOf(card, resolveScenario(file, [card]))))
  const rows = rowsOf()
  return { runs, series: new Map(runs.flatMap((run) => (run.oom ? [] : [[run.id, runSeries(run, rows)]]))) }
}

/** The runs of a scenario; of a search for the highest rate the first one. */
const loadsOf = (file: ScenarioFile): PlainScenarioFile[] =>
  file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate !== undefined
    ? [widestRun(file)]
    : expandSweep(file)

function runOf(card: (typeof cards)[number], scenario: RunRecord['scenario']): RunRecord {
  const over: RunOverrides = {
    ...{ card, scenario: scenario.name, source: 'simulated', trialList },
    gates: [
      { id: 'live-source', status: 'fail', required: true, evidence: 'driver 0.0-sim' },
      { id: 'precision', status: 'warn', required: false, evidence: 'the interval of output throughput is ± 3 %' },
    ],
  }
  const facts = catalogueFacts()
  const plain = makeRun({ ...over, more: { scenario } })
  const fit = facts.fit(plain, card)
  if ('value' in fit && !fit.value.fits)
    return { ...plain, result: {}, oom: { reason: fit.value.reason, evidence: fit.value.evidence } }
  const limit = facts.limit(plain)
  const most = 'value' in limit ? limit.value.value : card === 'rtx-4090' ? 3 : 5
  const around = (value: number) => [value, value * 0.97, value * 1.03] as const
  const rate = most * 0.55
  const watts = card === 'rtx-4090' ? 380 : 285
  const { result } = makeRun({
    ...over,
    result: {
      outputTokensPerS: around(rate),
      decodeTokensPerS: around(rate),
      tokensPerJ: around(rate / watts),
      ttftMsP50: around(180),
      ttftFromScheduleMsP50: around(190),
      tpotMsP50: around(1000 / rate),
      e2eMsP50: around(2400),
      goodputRequestsPerS: around(3),
      imagesPerS: around(0.3),
      secondsPerImage: around(3.2),
      joulesPerImage: around(1100),
      stepsPerS: around(1.2),
      joulesPerStep: around(310),
      meanPowerW: around(watts),
      peakMemoryMiB: around(20_000),
    },
  })
  return { ...plain, result }
}

/** Five samples of power per second, tokens in bins of 20 ms, and 400 requests. */
function rowsOf() {
  const uneven = (at: number, most: number) => (at * 7919) % most
  return makeRows(
    Array.from({ length: 1200 }, (_, at) => {
      const dispatchedMs = (at % 3) * 70_000 + 5500 + Math.floor(at / 3) * 120
      return makeRequest({ trial: at % 3, dispatchedMs, firstTokenMs: dispatchedMs + 80 + uneven(at, 97) })
    }),
    {
      gpu: Array.from({ length: 1000 }, (_, at) => makeSample(at * 200, 300 + uneven(at, 50))),
      tokens: Array.from({ length: 9000 }, (_, at) => ({
        trial: Math.floor(at / 3000),
        binStartMs: Math.floor(at / 3000) * 70_000 + (at % 3000) * 20,
        tokens: uneven(at, 40),
      })),
    },
  )
}
