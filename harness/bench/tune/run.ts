import { exitCodes } from '../../errors.ts'
import { DEFAULT_BLOCKS } from '../../tune/default-blocks.ts'
import { tuneRows } from './rows.ts'
import { type BestErrors, type TuneProtocol, type TuneStudy, tuneStudy } from './study.ts'
import { asPublished, measuredWorldOf } from './world.ts'

/**
 * `npm run bench:tune`: does `tune` find the best limit, and does it say more than it knows? Plays seeded tunings on cards whose
 * optimum is known in closed form, under every kind of noise, and prints the errors of the optimum, the false statements, the
 * coverage of the intervals and the card time. Exit 1 if an expectation is not met. The first argument is the number of tunings
 * per row (500); it takes two to three minutes.
 */
const tunings = Number(process.argv[2] ?? 500)
const SEED = 20_261_126
/** The expectations of every row; coverage of ratios only where the order can undo the noise. */
const MOST_FALSE = 0.05
const LEAST_BOUNDED = 0.95
const LEAST_COVERAGE = 0.9
/** Runs of a search, as a share of those of the whole grid, where the noise is as published. */
const MOST_CARD_TIME = 0.75

const search: TuneProtocol = { kind: 'search', resolutionW: 25, blocks: DEFAULT_BLOCKS.search }
const grid: TuneProtocol = { kind: 'grid', resolutionW: 25, blocks: DEFAULT_BLOCKS.grid }
const wholeGrid: TuneProtocol = { kind: 'grid', resolutionW: 25, blocks: 3 }

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`
const watts = (value: number): string => `${value.toFixed(0)} W`
const widths = [36, 10, 12, 15, 8, 6, 9, 8, 11, 6, 8, 8, 5, 8, 7]
const line = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => cell.padEnd(widths[index]!))
    .join(' ')
    .trimEnd()

let missed = 0
function judged(isMet: boolean): string {
  missed += Number(!isMet)
  return isMet ? 'met' : 'MISSED'
}

const ofBest = ({
  medianW,
  p90W,
  meanRegret,
  p95Regret,
  alone,
  falseOptimum,
  notBest,
  bounded,
}: BestErrors): string[] => [
  `${watts(medianW)}, ${watts(p90W)}`,
  `${percent(meanRegret, 2)}, ${percent(p95Regret, 2)}`,
  percent(alone),
  percent(falseOptimum),
  percent(notBest),
  percent(bounded),
]

function isHonest({ cheapest, mostEfficient, falseNoLoss, ratiosCovered }: TuneStudy, isBlockable: boolean): boolean {
  return (
    Math.max(cheapest.falseOptimum, mostEfficient.falseOptimum, falseNoLoss) <= MOST_FALSE &&
    Math.min(cheapest.bounded, mostEfficient.bounded) >= LEAST_BOUNDED &&
    (!isBlockable || ratiosCovered >= LEAST_COVERAGE)
  )
}

function printed(name: string, study: TuneStudy, isMet: boolean): void {
  const { falseNoLoss, noLossShortW, ratiosCovered, levelsCovered, runs, decided } = study
  const shared = [percent(falseNoLoss), watts(noLossShortW), percent(ratiosCovered), percent(levelsCovered)]
  console.log(
    line([name, 'cheapest', ...ofBest(study.cheapest), ...shared, runs.toFixed(1), percent(decided, 0), judged(isMet)]),
  )
  console.log(line(['', 'efficient', ...ofBest(study.mostEfficient)]))
}

console.log(
  `Tuning study: ${tunings} seeded tunings per row. Cards: RTX PRO 6000 (150 to 600 W), RTX 4090 (150 to 450 W) and RTX 5090 (400 to ` +
    `600 W), each with a demand, price, tariff, PUE and utilisation of its own; speed by harness/physics/power/limited-speed.ts, ` +
    `power = the limit or the demand, cost by harness/metrics/cost.ts. Seed ${SEED}. SIMULATED: no figure is of a card.\n` +
    `Expected in every row: a false optimum, and a false "no measurable loss", in at most ${percent(MOST_FALSE, 0)}; the stated bound ` +
    `holds in at least ${percent(LEAST_BOUNDED, 0)}; 95 % intervals of ratios hold the truth in at least ${percent(LEAST_COVERAGE, 0)}, but ` +
    'for heat that one run leaves to the next.\n' +
    'Error: distance of the proposal from the true optimum of the whole range, median and 90th percentile. Regret: the true figure at\n' +
    'the proposal against that of the optimum, mean and 95th percentile. Alone: one point is stated as the best. False: that point is\n' +
    'worse than the best of the range by more than 3 %. Not best: it is not the best measured one. Bound: the true regret is within\n' +
    'the one stated. False loss: "no measurable loss down to X W", and it loses more than 3 %; short: X - the true boundary, median.\n',
)
console.log(
  line([
    'noise',
    'best',
    'error',
    'regret',
    'alone',
    'false',
    'not best',
    'bound',
    'false loss',
    'short',
    'ratios',
    'levels',
    'runs',
    'decided',
  ]),
)
console.log('--power-limits auto: search to 25 W, at most 8 blocks')
const searched: TuneStudy[] = []
for (const { name, noise, isBlockable } of tuneRows) {
  const study = await tuneStudy(tunings, noise, search, SEED)
  searched.push(study)
  printed(name, study, isHonest(study, isBlockable))
}

console.log(
  '\nThe tokens/s of four published sweeps instead of the formula (RTX PRO 6000, 300 to 600 W), noise as published',
)
for (const [name, protocol] of [
  ['auto', search],
  ['a grid of every 25 W', grid],
] as const) {
  const study = await tuneStudy(tunings, asPublished, { ...protocol, worlds: measuredWorldOf }, SEED)
  printed(name, study, isHonest(study, true))
}

console.log('\nA grid of every 25 W, noise as published')
const stopping = await tuneStudy(tunings, asPublished, grid, SEED)
printed('at most 6 blocks, ends when decided', stopping, isHonest(stopping, true))
const whole = await tuneStudy(tunings, asPublished, wholeGrid, SEED)
printed('3 whole blocks', whole, isHonest(whole, true))

const cardTime = searched[0]!.runs / whole.runs
const [regret, wholeRegret] = [searched[0]!, whole].map(({ cheapest }) => percent(cheapest.p95Regret, 2))
console.log(
  `\nCard time of the search against the grid of 3 whole blocks: ${percent(cardTime)} of the runs (expected at most ` +
    `${percent(MOST_CARD_TIME, 0)}), 95th percentile of the regret ${regret} against ${wholeRegret}: ${judged(cardTime <= MOST_CARD_TIME)}`,
)
process.exitCode = missed === 0 ? exitCodes.done : exitCodes.negativeResult
