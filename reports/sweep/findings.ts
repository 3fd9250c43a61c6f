import { type Knee, kneeOf, LEAST_GAIN, stepsOf } from '../../harness/operating/sweep/knee.ts'
import { type SloLoad, sloLoadOf } from '../../harness/operating/sweep/slo-load.ts'
import type { Spread } from '../../harness/operating/sweep/sweep-point.ts'
import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import { counted } from '../../harness/units.ts'
import { sloText } from '../tables/slo-text.ts'
import type { Sweep, SweepLine } from './lines.ts'

/** What a sweep says in sentences: the knee of each line, its highest load within the SLO, and loads that are no figures. */
export const sweepFindings = (sweep: Sweep, leastGain: number = LEAST_GAIN): string[] =>
  sweep.lines.flatMap((line) =>
    [
      ...answerOf(line, leastGain),
      ...line.loads.flatMap(({ point: { concurrency, obstacle } }) =>
        obstacle === null ? [] : [`${counted(concurrency, sweep.unit)}: ${obstacle.reason}.`],
      ),
    ].map((sentence) => `${nameOf(line)}: ${sentence}`),
  )

/** The answer of sweeps: the knee of each line and its highest load within the SLO. Findings too, in the same words. */
export const sweepAnswers = (sweeps: readonly Sweep[], leastGain: number = LEAST_GAIN): string[] =>
  sweeps.flatMap((sweep) =>
    sweep.lines.flatMap((line) =>
      answerOf(line, leastGain).map((said) => ofSweep(sweeps, sweep)(`${nameOf(line)}: ${said}`)),
    ),
  )

/** Of several sweeps, a sentence begins with the title of its own. */
export const ofSweep =
  (sweeps: readonly Sweep[], { title }: Sweep) =>
  (said: string): string =>
    sweeps.length > 1 ? `${title}, ${said}` : said

function answerOf(line: SweepLine, leastGain: number): string[] {
  const points = line.loads.map(({ point }) => point)
  const slo = sloLoadOf(points, GOOD_SHARE)
  return [kneeText(line, kneeOf(points, leastGain), leastGain), ...(slo === null ? [] : [sloSentence(line, slo)])]
}

/** A sentence is read without its table: a simulated one says so itself. */
const nameOf = ({ label, simulated }: SweepLine): string =>
  simulated && !label.includes('SIMULATED') ? `${label}, SIMULATED` : label

function kneeText({ loads }: SweepLine, knee: Knee, leastGain: number): string {
  const points = loads.map(({ point }) => point)
  if (knee.outside === 'unknown') return 'no knee: no two loads with a throughput are a factor of 2 apart.'
  const [first, last] = [stepsOf(points)[0]!, stepsOf(points).at(-1)!]
  if (knee.outside === 'above') {
    return `no knee up to ${loads.at(-1)!.concurrency} in flight: twice as many as ${last.concurrency} still give ${gainText(last.gain)} more throughput.`
  }
  if (knee.outside === 'below') {
    return `the knee is below the range: twice as many as ${first.concurrency} in flight give ${gainText(first.gain)} more throughput.`
  }
  return `knee at ${knee.concurrency} in flight, from where on twice as many give less than ${percent(leastGain)} more throughput; ${endsText(knee)}.`
}

/** Where the knee is shown to be. */
function endsText({ above, atMost, certain }: Knee): string {
  if (!certain) return 'by the means alone: a load with one trial has no interval'
  if (above === null && atMost === null) return 'its place is not shown: the intervals are wider than the gains'
  const ends = [...(above === null ? [] : [`above ${above}`]), ...(atMost === null ? [] : [`at most ${atMost}`])]
  return `95 %: ${ends.join(', ')}`
}

function sloSentence({ loads }: SweepLine, { met, broken, certain }: SloLoad): string {
  const limits = `${sloText(loads[0]!.run)}; ${percent(GOOD_SHARE)} of requests`
  const share = (of: Spread) => `${exactPercent(of.mean)} within it${of.ci95 ? `, ${intervalText(of.ci95)}` : ''}`
  const breaks =
    broken === null
      ? 'no higher load was measured'
      : broken.share === null
        ? `${broken.concurrency} failed`
        : `${broken.concurrency} breaks it: ${share(broken.share)}`
  const doubt = certain ? '' : '; not certain: an interval reaches over the limit, or a load has one trial'
  if (met === null) return `SLO (${limits}): met by no load; ${breaks}${doubt}.`
  return `SLO (${limits}): met up to ${met.concurrency} in flight (${share(met.share)}); ${breaks}${doubt}.`
}

const percent = (share: number): string => `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`
/** With a digit, and never rounded up to all of them. */
const exactPercent = (share: number): string => `${share === 1 ? 100 : Math.min(99.9, share * 100).toFixed(1)} %`
const intervalText = ([low, high]: readonly [number, number]): string =>
  exactPercent(low) === exactPercent(high) ? 'in every trial' : `95 %: ${exactPercent(low)} to ${exactPercent(high)}`
const gainText = ({ mean, ci95 }: Spread): string =>
  `${percent(mean)}${ci95 ? ` (95 %: ${percent(ci95[0])} to ${percent(ci95[1])})` : ''}`
