import { exitCodes } from '../../errors.ts'
import { type FleetTruth, usualFleet } from './fleet-noise.ts'
import { type FleetStudy, studyFleets } from './fleet-study.ts'
import { type HistoryTruth, studyHistory, studyIdleDriver, usualHistory } from './history-study.ts'

/**
 * `npm run bench:fleet`: is the verdict on a fleet reliable? Simulates seeded fleets and prints false alarms, power and the
 * coverage of the intervals. Exit 1 if an expectation is not met. The first argument is the number of fleets per row (1,000).
 */
const fleets = Number(process.argv[2] ?? 1000)
const SEED = 20_261_126
const [MOST_FALSE_ALARMS, LEAST_COVERAGE, LEAST_POWER] = [0.05, 0.9, 0.9]

interface Row {
  readonly name: string
  readonly truth: Partial<FleetTruth>
  /** Whether the power is expected, not only reported. */
  readonly isPowerExpected: boolean
}

const rows: readonly Row[] = [
  { name: '40 boxes, 3 starts', truth: {}, isPowerExpected: true },
  { name: '8 boxes, 3 starts', truth: { boxes: 8 }, isPowerExpected: true },
  { name: '3 boxes, 3 starts', truth: { boxes: 3 }, isPowerExpected: false },
  { name: '40 boxes, 1 to 4 starts, drawn', truth: { starts: [1, 2, 3, 4] }, isPowerExpected: true },
  { name: '8 boxes, 1 to 4 starts, drawn', truth: { boxes: 8, starts: [1, 2, 3, 4] }, isPowerExpected: false },
  { name: '40 boxes, one start per side', truth: { starts: [1] }, isPowerExpected: true },
  { name: '8 boxes, one start per side', truth: { boxes: 8, starts: [1] }, isPowerExpected: false },
  { name: "40 boxes, Student's t(3)", truth: { heavyTails: true }, isPowerExpected: true },
  { name: "8 boxes, Student's t(3)", truth: { boxes: 8, heavyTails: true }, isPowerExpected: false },
  { name: '40 boxes, t(3), one start', truth: { heavyTails: true, starts: [1] }, isPowerExpected: false },
  { name: '40 boxes, starts vary by 1 %', truth: { startShare: 0.01 }, isPowerExpected: false },
  { name: '40 boxes, starts vary by 1 %, t(3)', truth: { startShare: 0.01, heavyTails: true }, isPowerExpected: false },
  { name: '40 boxes, 10 % of them 3 x as noisy', truth: { noisyBoxes: 0.1 }, isPowerExpected: true },
  { name: '40 boxes, cards vary by 2.5 %', truth: { cardShare: 0.025 }, isPowerExpected: false },
]

const percent = (hits: number, n: number): string => `${((100 * hits) / n).toFixed(1)} %`
const widths = [38, 9, 8, 8, 9, 9, 9, 9, 9, 9, 9, 8]
const line = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => cell.padEnd(widths[at]!))
    .join(' ')
    .trimEnd()
/** Power needs fewer fleets than a rate of a few per cent. */
const fewer = Math.max(20, Math.round(fleets / 4))
const play = (truth: Partial<FleetTruth>, count: number): FleetStudy =>
  studyFleets(count, { ...usualFleet, ...truth }, SEED)

let missed = 0
const judged = (isMet: boolean): string => {
  missed += Number(!isMet)
  return isMet ? 'met' : 'MISSED'
}

console.log(
  `Fleet study: ${fleets} seeded fleets per row where nothing was lost, ${fewer} for each loss; a suite of 3 scenarios with 5 metrics. Seed ${SEED}.\n` +
    `Expected: false alarms per fleet at most 5 % (any regression, or a card below its siblings), coverage of the 95 % intervals\n` +
    `at least 90 %; a loss of 2 % on all boxes and of 6 % on one found in at least 90 % of fleets where starts are repeated.\n`,
)
console.log(line(['', 'false', 'by the', 'by own', 'by', 'fleet', 'box', '2 % of', '6 % of', 'another', 'fleet =']))
console.log(
  line([
    '',
    'alarms',
    'fleet',
    'baseline',
    'siblings',
    'covers',
    'covers',
    'the fleet',
    'one box',
    'named',
    'if equal',
  ]),
)
for (const { name, truth, isPowerExpected } of rows) {
  const healthy = play(truth, fleets)
  const slower = play({ ...truth, fleetLoss: 0.02 }, fewer)
  const one = play({ ...truth, boxLoss: 0.06 }, fewer)
  const covers = [healthy, slower, one].map((each) => each.fleetCovered / each.fleetIntervals)
  const boxCovers = [healthy, slower, one].map((each) => each.boxCovered / each.boxIntervals)
  const isMet =
    healthy.alarms / fleets <= MOST_FALSE_ALARMS &&
    Math.min(...covers, ...boxCovers) >= LEAST_COVERAGE &&
    (!isPowerExpected || (slower.fleetAlarms / fewer >= LEAST_POWER && one.boxFound / fewer >= LEAST_POWER))
  console.log(
    line([
      `${name}${isPowerExpected ? ' *' : ''}`,
      percent(healthy.alarms, fleets),
      percent(healthy.fleetAlarms, fleets),
      percent(healthy.ownAlarms, fleets),
      percent(healthy.siblingAlarms, fleets),
      percent(Math.min(...covers), 1),
      percent(Math.min(...boxCovers), 1),
      percent(slower.fleetAlarms, fewer),
      percent(one.boxFound, fewer),
      percent(one.otherBox, fewer),
      percent(healthy.equivalent, healthy.judged),
      judged(isMet),
    ]),
  )
}

console.log('\nA box that is weak before and after the change, 6 %, and a box that lost 60 % while the fleet lost 2 %')
const weak = play({ boxLoss: 0.06, weakBefore: true }, fewer)
console.log(
  `weak box: below its siblings in ${percent(weak.boxBelowSiblings, fewer)}, regressed in ${percent(weak.ownAlarms, fewer)}`,
)
const broken = play({ boxLoss: 0.6, fleetLoss: 0.02 }, fewer)
console.log(
  `broken box: the 2 % of the fleet found in ${percent(broken.fleetAlarms, fewer)}, interval covers in ${percent(broken.fleetCovered, broken.fleetIntervals)}`,
)

console.log(
  `\nHistory: ${fleets} series per row, a start per fortnight for a year, 0.5 % apart; steps at a level of 5 % per series`,
)
const narrow = [44, 11, 11, 12, 12, 13, 12, 8]
const short = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => cell.padEnd(narrow[at]!))
    .join(' ')
    .trimEnd()
console.log(short(['', 'any false', 'step', 'its driver', 'step', 'trend', 'trend']))
console.log(short(['', 'step', 'found', 'named', 'covered', 'covered', 'shown']))
const histories: readonly (readonly [string, Partial<HistoryTruth>, boolean])[] = [
  ['nothing changed', {}, true],
  ["nothing changed, Student's t(3)", { heavyTails: true }, true],
  ['nothing changed, 10 starts in 120 days', { starts: 10, days: 120 }, true],
  ['nothing changed, AR(1) 0.3 between starts', { correlation: 0.3 }, false],
  ['a driver that costs 2 %', { step: -0.02 }, true],
  ["a driver that costs 2 %, Student's t(3)", { step: -0.02, heavyTails: true }, true],
  ['a driver that costs 1 %', { step: -0.01 }, true],
  ['ageing, 3 % per year', { perYear: -0.03 }, true],
  ['ageing, 3 % per year, and a driver, 2 %', { perYear: -0.03, step: -0.02 }, true],
]
for (const [name, truth, isExpected] of histories) {
  const found = studyHistory(fleets, { ...usualHistory, ...truth }, SEED)
  const held = found.trendCovered / fleets
  // where a step was looked for, the trend is estimated after a choice
  // the tests are nearly exact, so that the rate of a sample lies around the level
  const sampling = 2 * Math.sqrt((MOST_FALSE_ALARMS * (1 - MOST_FALSE_ALARMS)) / fleets)
  const isMet = found.falseSteps / fleets <= MOST_FALSE_ALARMS + sampling && held >= LEAST_COVERAGE
  const shown = (count: number, n = fleets) => (truth.step === undefined ? '' : percent(count, n))
  console.log(
    short([
      `${name}${isExpected ? '' : ' (not assumed)'}`,
      percent(found.falseSteps, fleets),
      shown(found.found),
      shown(found.named),
      shown(found.stepCovered, Math.max(1, found.found)),
      percent(found.trendCovered, fleets),
      percent(found.trendShown, fleets),
      isExpected ? judged(isMet) : '',
    ]),
  )
}

const idleDriver = { boxes: 8, scenarios: 6, starts: 16, startShare: 0.01 }
const idle = studyIdleDriver(fleets, idleDriver, SEED)
console.log(
  `\nA driver that changed nothing, ${idleDriver.boxes} boxes, ${idleDriver.scenarios} scenarios, starts 1 % apart: named in ${percent(idle.told, fleets)}, in ${percent(idle.shown, fleets)} without the least step ${judged(idle.told / fleets <= MOST_FALSE_ALARMS)}`,
)

process.exitCode = missed === 0 ? exitCodes.done : exitCodes.negativeResult
