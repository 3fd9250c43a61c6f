import { exitCodes } from '../errors.ts'
import { type NoiseModel, realisticNoise } from './verdict-noise.ts'
import {
  defaultProtocol,
  figureCoverage,
  fixedProtocol,
  type Protocol,
  type StudyResult,
  study,
} from './verdict-study.ts'

/**
 * `npm run bench:verdict`: is the verdict of `compare` reliable? Simulates thousands of seeded pairs of noisy servers and
 * prints the rate of false alarms, the power, the coverage of the intervals, and the card time. Exit 1 if one of the four
 * expectations is not met. The first argument is the number of pairs (2,000).
 */
const pairs = Number(process.argv[2] ?? 2000)
const SEED = 20_261_123
const LOSS = 0.05

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`
/** 95 % interval of a share by Wilson (1927, J. American Statistical Association 22): valid near 0 and 1 too. */
const wilson = (hits: number, n: number): string => {
  const z = 1.96
  const centre = (hits + z ** 2 / 2) / (n + z ** 2)
  const half = (z * Math.sqrt((hits * (n - hits)) / n + z ** 2 / 4)) / (n + z ** 2)
  return `${percent(hits / n, 2)} (${percent(Math.max(0, centre - half), 2)} to ${percent(Math.min(1, centre + half), 2)})`
}
const trialsPerSide = (result: StudyResult): number => result.trials / result.pairs / result.scenarios / 2

const play = (loss: number, protocol: Protocol = defaultProtocol, noise: NoiseModel = realisticNoise, count = pairs) =>
  study(count, loss, noise, protocol, SEED)

const equal = play(0)
const slow = play(LOSS)
const equalFixed = play(0, fixedProtocol)
const slowFixed = play(LOSS, fixedProtocol)

/** The expectations of this study, and their results. */
const cardTimeShare = (equal.trials + slow.trials) / (equalFixed.trials + slowFixed.trials)
const coverage = equal.covered / equal.intervals
const expectations = [
  {
    name: 'False alarms on equal servers, whole suite (exit 1)',
    found: wilson(equal.failed, equal.pairs),
    expected: 'at most 5 %',
    met: equal.failed / equal.pairs <= 0.05,
  },
  {
    name: `Power: a ${percent(LOSS, 0)} loss is detected (exit 1)`,
    found: wilson(slow.failed, slow.pairs),
    expected: 'at least 90 %',
    met: slow.failed / slow.pairs >= 0.9,
  },
  {
    name: 'Coverage of the 95 % interval, headline metrics',
    found: wilson(equal.covered, equal.intervals),
    expected: '93 to 97 %',
    met: coverage >= 0.93 && coverage <= 0.97,
  },
  {
    name: 'Card time against 10 fixed trials',
    found: `${percent(cardTimeShare)} (${trialsPerSide(equal).toFixed(2)} trials per run; power there ${percent(slowFixed.failed / slowFixed.pairs)})`,
    expected: 'at most 50 %',
    met: cardTimeShare <= 0.5,
  },
] as const

const line = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, index) => cell.padEnd(widths[index]!))
    .join('  ')
    .trimEnd()

console.log(
  `Verdict study: ${pairs} seeded pairs per row, a suite of ${equal.scenarios} scenarios with 7 metrics each; noise: trials ` +
    `${percent(realisticNoise.trialShare[0])} to ${percent(realisticNoise.trialShare[1])}, starts of the server ${percent(realisticNoise.restartShare)}, ` +
    `drift up to ${percent(realisticNoise.driftSharePerTrial, 2)} per trial (sources: harness/bench/verdict-noise.ts). Seed ${SEED}.\n`,
)
const wide = [50, 50, 13, 4]
console.log(line(['', 'found (95 % interval)', 'expected', ''], wide))
for (const { name, found, expected, met } of expectations) {
  console.log(line([name, found, expected, met ? 'met' : 'MISSED'], wide))
}

console.log('\nVerdicts of the headline metric, and more or less noise than expected')
const narrow = [46, 10, 10, 10, 11, 13, 10, 9, 11, 7]
console.log(
  line(
    [
      '',
      'exit 1',
      'any change',
      'regressed',
      'equivalent',
      'inconclusive',
      'improved',
      'coverage',
      'all metrics',
      'trials',
    ],
    narrow,
  ),
)
const rows: readonly (readonly [string, StudyResult])[] = [
  ['equal servers', equal],
  ['2 % slower', play(0.02)],
  ['3 % slower', play(0.03)],
  ['5 % slower', slow],
  ['equal, 10 fixed trials', equalFixed],
  ['5 % slower, 10 fixed trials', slowFixed],
  ['equal, 2 runs per side', play(0, { ...defaultProtocol, runs: 2 })],
  ['5 % slower, 2 runs per side', play(LOSS, { ...defaultProtocol, runs: 2 })],
  ['equal, 3 runs per side', play(0, { ...defaultProtocol, runs: 3 })],
  ['5 % slower, 3 runs per side', play(LOSS, { ...defaultProtocol, runs: 3 })],
  ['equal, trials 2 % noisy', play(0, defaultProtocol, { ...realisticNoise, trialShare: [0.02, 0.02] })],
  ['5 % slower, trials 2 % noisy', play(LOSS, defaultProtocol, { ...realisticNoise, trialShare: [0.02, 0.02] })],
  ['equal, starts do not differ', play(0, defaultProtocol, { ...realisticNoise, restartShare: 0 })],
  ['equal, starts 0.6 % (twice the allowance)', play(0, defaultProtocol, { ...realisticNoise, restartShare: 0.006 })],
  ['equal, starts 1 % (three times)', play(0, defaultProtocol, { ...realisticNoise, restartShare: 0.01 })],
  [
    'equal, starts 1 %, 2 runs per side',
    play(0, { ...defaultProtocol, runs: 2 }, { ...realisticNoise, restartShare: 0.01 }),
  ],
  [
    'equal, starts 1 %, 3 runs per side',
    play(0, { ...defaultProtocol, runs: 3 }, { ...realisticNoise, restartShare: 0.01 }),
  ],
]
for (const [name, result] of rows) {
  const share = (count: number) => percent(count / result.intervals)
  console.log(
    line(
      [
        name,
        percent(result.failed / result.pairs),
        percent(result.anyChange / result.pairs),
        share(result.headline.regressed),
        share(result.headline.equivalent),
        share(result.headline.inconclusive),
        share(result.headline.improved),
        share(result.covered),
        percent(result.allCovered / result.allIntervals),
        trialsPerSide(result).toFixed(2),
      ],
      narrow,
    ),
  )
}

console.log('\nCoverage of the 95 % interval of one run, by the spread of its trials: why the stopping rule widens it')
const spread = [20, 30, 30]
console.log(line(['spread of trials', 'plain t interval (trials)', 'as built (trials)'], spread))
for (const share of [0.003, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05]) {
  const [plain, built] = [false, true].map((widened) => figureCoverage(10 * pairs, share, widened, SEED))
  const shown = (each: typeof plain) => `${percent(each!.coverage)} (${each!.trialsARun.toFixed(2)})`
  console.log(line([percent(share), shown(plain), shown(built)], spread))
}

process.exitCode = expectations.every(({ met }) => met) ? exitCodes.done : exitCodes.negativeResult
