import { exitCodes } from '../errors.ts'
import { type NoiseModel, realisticNoise } from './verdict-noise.ts'
import { type NoiseRow, noiseRows } from './verdict-rows.ts'
import {
  defaultProtocol,
  figureCoverage,
  fixedProtocol,
  oneStartProtocol,
  type Protocol,
  type StudyResult,
  study,
} from './verdict-study.ts'

/**
 * `npm run bench:verdict`: is the verdict of `compare` reliable? Simulates seeded pairs of servers under every kind of noise
 * and prints the rate of false alarms, the power, the coverage of the intervals, and the card time. Exit 1 if an expectation
 * is not met. The first argument is the number of pairs per row (1,000).
 */
const pairs = Number(process.argv[2] ?? 1000)
const SEED = 20_261_123
const LOSS = 0.05
/** The expectations of every row; power only where trials and starts are independent. */
const MOST_FALSE_ALARMS = 0.05
const LEAST_COVERAGE = 0.9
const LEAST_POWER = 0.9

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`
/** 95 % interval of a share by Wilson (1927, J. American Statistical Association 22): valid near 0 and 1 too. */
const wilson = (hits: number, n: number): string => {
  const z = 1.96
  const centre = (hits + z ** 2 / 2) / (n + z ** 2)
  const half = (z * Math.sqrt((hits * (n - hits)) / n + z ** 2 / 4)) / (n + z ** 2)
  return `${percent(hits / n)} (${percent(Math.max(0, centre - half))} to ${percent(Math.min(1, centre + half))})`
}
const line = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, index) => cell.padEnd(widths[index]!))
    .join('  ')
    .trimEnd()
const play = (loss: number, protocol: Protocol, noise: NoiseModel, count = pairs): StudyResult =>
  study(count, loss, noise, protocol, SEED)
const trialsPerRun = ({ trials, runs }: StudyResult): number => trials / runs

let missed = 0
const judged = (isMet: boolean): string => {
  missed += Number(!isMet)
  return isMet ? 'met' : 'MISSED'
}

console.log(
  `Verdict study: ${pairs} seeded pairs per row, a suite of 3 scenarios with 7 metrics each, three starts of the server per ` +
    `side, 3 to 10 trials per start and scenario. Seed ${SEED}. Noise: harness/bench/verdict-noise.ts, verdict-rows.ts.\n` +
    `Expected in every row: false alarms (exit 1 on equal servers, whole suite) at most ${percent(MOST_FALSE_ALARMS, 0)}, coverage of ` +
    `the 95 % intervals at least ${percent(LEAST_COVERAGE, 0)}; in rows with independent noise (*) a loss of ${percent(LOSS, 0)} is detected in at ` +
    `least ${percent(LEAST_POWER, 0)}.\n`,
)
const wide = [48, 24, 26, 10, 12, 12, 12, 12, 7, 12]
console.log(
  line(
    [
      'noise',
      'false alarms',
      'power, 5 % loss',
      'coverage',
      'all metrics',
      'equivalent',
      'equivalent',
      'run interval',
      'trials',
      '',
    ],
    wide,
  ),
)
console.log(line(['', '', '', 'headline', '', 'if equal', 'at 5 % loss', 'covers', '', ''], wide))
for (const each of noiseRows) console.log(rowLine(each))

function rowLine({ name, noise, isIndependent }: NoiseRow): string {
  const [equal, slow] = [play(0, defaultProtocol, noise), play(LOSS, defaultProtocol, noise)]
  const covers = Math.min(equal.covered / equal.intervals, slow.covered / slow.intervals)
  const allCover = Math.min(equal.allCovered / equal.allIntervals, slow.allCovered / slow.allIntervals)
  const isMet =
    equal.failed / pairs <= MOST_FALSE_ALARMS &&
    Math.min(covers, allCover) >= LEAST_COVERAGE &&
    (!isIndependent || slow.failed / pairs >= LEAST_POWER)
  return line(
    [
      `${name}${isIndependent ? ' *' : ''}`,
      wilson(equal.failed, pairs),
      wilson(slow.failed, pairs),
      percent(covers),
      percent(allCover),
      percent(equal.headline.equivalent / equal.intervals),
      percent(slow.headline.equivalent / slow.intervals),
      percent(equal.runsCovered / equal.runs),
      trialsPerRun(equal).toFixed(2),
      judged(isMet),
    ],
    wide,
  )
}

console.log('\nOther protocols')
const narrow = [52, 10, 10, 11, 13, 10, 10, 7]
console.log(line(['', 'exit 1', 'regressed', 'equivalent', 'inconclusive', 'improved', 'coverage', 'trials'], narrow))
const two = { ...defaultProtocol, runs: 2 }
const known = { ...oneStartProtocol, pastStarts: 3 }
const low: NoiseModel = {
  trialShare: [0.005, 0.005],
  restartShare: 0,
  driftSharePerTrial: 0,
  lowStarts: { share: 0.04, probability: 0.3 },
}
const protocols: readonly (readonly [string, number, Protocol, NoiseModel])[] = [
  ['2 % slower', 0.02, defaultProtocol, realisticNoise],
  ['3 % slower', 0.03, defaultProtocol, realisticNoise],
  ['equal, 10 fixed trials', 0, fixedProtocol, realisticNoise],
  ['5 % slower, 10 fixed trials', LOSS, fixedProtocol, realisticNoise],
  ['equal, 2 starts per side', 0, two, realisticNoise],
  ['5 % slower, 2 starts per side', LOSS, two, realisticNoise],
  ['equal, starts 4 % lower with p 0.3, 2 starts', 0, two, low],
  ['equal, one start per side', 0, oneStartProtocol, realisticNoise],
  ['5 % slower, one start per side', LOSS, oneStartProtocol, realisticNoise],
  ['10 % slower, one start per side', 0.1, oneStartProtocol, realisticNoise],
  ['equal, starts 4 % lower with p 0.3, one start', 0, oneStartProtocol, low],
  ['the same, an earlier baseline of 3 starts known', 0, known, low],
  ['5 % slower, one start, an earlier baseline known', LOSS, known, realisticNoise],
]
for (const [name, loss, protocol, noise] of protocols) {
  const result = play(loss, protocol, noise)
  const share = (count: number) => percent(count / result.intervals)
  const { regressed, equivalent, inconclusive, improved } = result.headline
  const verdicts = [regressed, equivalent, inconclusive, improved].map(share)
  console.log(
    line(
      [name, percent(result.failed / pairs), ...verdicts, share(result.covered), trialsPerRun(result).toFixed(2)],
      narrow,
    ),
  )
}

const steady = play(0, defaultProtocol, realisticNoise)
const cardTimeShare = trialsPerRun(steady) / fixedProtocol.bounds.most
console.log(
  `\nCard time against 10 fixed trials: ${percent(cardTimeShare)} (expected at most 50 %): ${judged(cardTimeShare <= 0.5)}`,
)

console.log('\nThe 95 % interval of one run: how often it covers the level of its trials, and the trials it takes')
const spread = [20, 14, 34, 30]
console.log(
  line(['spread of trials', 'correlation', 'trials taken as independent', 'as built: effective number'], spread),
)
for (const share of [0.003, 0.01, 0.02, 0.03]) {
  for (const correlation of [0, 0.5, 0.8]) {
    const noise = { trialShare: [share, share], restartShare: 0, driftSharePerTrial: 0, correlation } as const
    const [plain, built] = [false, true].map((effective) => figureCoverage(4 * pairs, noise, effective, SEED))
    const shown = (each: typeof plain) => `${percent(each!.coverage)} (${each!.trialsPerRun.toFixed(2)})`
    console.log(line([percent(share), correlation.toString(), shown(plain), shown(built)], spread))
  }
}

process.exitCode = missed === 0 ? exitCodes.done : exitCodes.negativeResult
