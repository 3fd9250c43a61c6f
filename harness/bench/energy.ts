/**
 * `npm run bench:energy`: accuracy of joulemark's energy on seeded loads whose energy is known exactly, read through a
 * model of the board's sensor, compared with other methods on the same readings.
 */

import { errorBar } from '../energy/error-bar.ts'
import { energyOverWindow } from '../energy/window-energy.ts'
import { mixSeed, seededRandom } from '../plan/random.ts'
import { percentileSorted } from '../stats/percentiles.ts'
import { adaSensor, sampleTrace } from '../testing/energy-sensor.ts'
import { makeTrace, type TraceKind, traceKinds, trueEnergyJ } from '../testing/energy-trace.ts'
import { samplingCost } from './energy-cost.ts'
import { otherMethods } from './energy-methods.ts'

const windowsS = [10, 30, 60, 120]
const seeds = 25
const OURS = 'joulemark'

interface Result {
  readonly windowS: number
  readonly kind: TraceKind
  /** Relative errors by method; joulemark's is absent if it refused the window for lack of coverage. */
  readonly errors: Readonly<Record<string, number>>
  /** Whether the true energy is in the error bar without gain error, and in the whole bar with a gain error of up to 5 %. */
  readonly inRandomBar: boolean
  readonly inWholeBar: boolean
  readonly randomBar: number
}

/** One trace: even seeds are sampled without loss, odd ones lose 10 % of their samples. */
function measure(kind: TraceKind, windowS: number, seed: number): Result {
  const traceSeed = mixSeed(seed, windowS, traceKinds.indexOf(kind))
  const trace = makeTrace(kind, windowS, traceSeed)
  const truthJ = trueEnergyJ(trace)
  const sensor = { ...adaSensor, dropped: seed % 2 === 0 ? 0 : 0.1 }
  const gain = 0.95 + 0.1 * seededRandom(traceSeed ^ 0x6a1)()
  const read = (withGain: number) => {
    const rows = sampleTrace(trace, { ...sensor, gain: withGain }, traceSeed)
    return {
      rows,
      seen: energyOverWindow(rows, ['GPU-bench'], { startMs: trace.windowStartMs, endMs: trace.windowEndMs }),
    }
  }
  const { rows, seen } = read(1)
  const gained = read(gain).seen
  const errors: Record<string, number> = {}
  if (seen.energyJ !== null) errors[OURS] = seen.energyJ / truthJ - 1
  for (const [name, method] of Object.entries(otherMethods)) errors[name] = method(rows, trace) / truthJ - 1
  const bar = errorBar(seen.energy.errorTermsJ)
  return {
    windowS,
    kind,
    errors,
    randomBar: bar.randomJ / truthJ,
    inRandomBar: seen.energyJ !== null && Math.abs(seen.energyJ - truthJ) <= bar.randomJ,
    inWholeBar:
      gained.energyJ !== null && Math.abs(gained.energyJ - truthJ) <= errorBar(gained.energy.errorTermsJ).totalJ,
  }
}

function spread(results: readonly Result[], method: string): string {
  const errors = results.flatMap(({ errors }) => errors[method] ?? [])
  const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length
  const p95 =
    percentileSorted(
      errors.map(Math.abs).toSorted((a, b) => a - b),
      0.95,
    ) ?? Number.NaN
  return `${signed(bias)} / ${(p95 * 100).toFixed(2)}`
}

function line(label: string, results: readonly Result[]): string {
  const measured = results.filter(({ errors }) => errors[OURS] !== undefined)
  const share = (pick: (result: Result) => boolean) =>
    `${((measured.filter(pick).length / measured.length) * 100).toFixed(0)} %`
  const bar = measured.reduce((sum, { randomBar }) => sum + randomBar, 0) / measured.length
  const cells = [OURS, ...Object.keys(otherMethods)].map((method) => spread(results, method))
  return row([
    label,
    String(results.length),
    ...cells,
    `${(bar * 100).toFixed(2)}`,
    share((r) => r.inRandomBar),
    share((r) => r.inWholeBar),
  ])
}

const signed = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(3)}`
const widths = [22, 6, 16, 16, 16, 20, 8, 8, 8]
const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(22) : cell.padStart(widths[index] ?? 8))).join(' ')

const results = windowsS.flatMap((windowS) =>
  traceKinds.flatMap((kind) => Array.from({ length: seeds }, (_, seed) => measure(kind, windowS, seed))),
)
const long = results.filter(({ windowS }) => windowS >= 30)
const refused = results.filter(({ errors }) => errors[OURS] === undefined).length

console.log(`Energy over the steady window of ${results.length} seeded loads whose true energy is known.`)
console.log('Sensor: 1 s mean, 100 ms update; sampler: 200 ms + 1 to 21 ms; odd seeds lose 10 % of their samples.')
console.log('Each cell: bias % / 95th percentile of |error| %. Bar: mean half width without the gain term, %.\n')
console.log(row(['load', 'n', OURS, ...Object.keys(otherMethods), 'bar', 'in bar', 'in all']))
for (const windowS of windowsS)
  console.log(
    line(
      `window ${windowS} s`,
      results.filter((result) => result.windowS === windowS),
    ),
  )
for (const kind of traceKinds)
  console.log(
    line(
      `${kind}, 30 s and more`,
      long.filter((result) => result.kind === kind),
    ),
  )
console.log(line('all, 30 s and more', long))
console.log(line('all', results))
console.log(
  `\n"in bar": true energy inside the random terms, exact gain. "in all": inside the whole bar, gain error of up to 5 %.`,
)
console.log(`Refused for coverage under 95 %: ${refused}.`)

const cost = await samplingCost(10)
console.log(
  `\nSampling one card at 200 ms: ${(cost.sampling * 100).toFixed(2)} % of a core (${cost.rows} rows in 10 s); idle: ${(cost.idle * 100).toFixed(2)} %.`,
)
