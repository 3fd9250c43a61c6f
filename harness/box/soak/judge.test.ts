import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../simulator/random.ts'
import { harmOf, judgeSoakedCard, type SoakEvidence, type SoakRound, serverVerdict } from './judge.ts'
import { type CardTally, emptyTally } from './tally.ts'

/** Four hours of load that nothing is wrong with. */
const healthy: CardTally = {
  ...emptyTally('GPU-0'),
  ...{
    watchedS: 14_500,
    loadedS: 14_350,
    soakedS: 14_300,
    energyJ: 6e6,
    poweredS: 14_500,
    loadEnergyJ: 5.9e6,
    loadPoweredS: 14_350,
  },
  ...{ powerMaxW: 450, temperatureC: { min: 60, max: 72 }, smClockMHz: { min: 2400, max: 2700 } },
  ...{
    memoryClockMHz: { min: 10_251, max: 10_251 },
    reasonsS: 14_350,
    slowS: { swPowerCap: 14_000, hwThermalSlowdown: 20 },
  },
  ...{ corrected: { sum: 0, last: 0 }, uncorrected: { sum: 0, last: 0 }, replays: { sum: 100, last: 200 } },
  ...{ width: { min: 16, max: 16 }, widthMax: 16, generation: { min: 4, max: 4 }, generationMax: 4 },
}
const random = seededRandom(3)
/** 24 rounds in four hours around 5,000 tokens/s with 0.3 % of noise, and a loss per hour. */
const rounds = (lossPerHour = 0): SoakRound[] =>
  Array.from({ length: 24 }, (_, at) => {
    const atHours = (at + 0.5) / 6
    const noise = 1 + 0.006 * (random() - 0.5)
    return { atHours, outputTokensPerS: 5000 * (1 - lossPerHour * atHours) * noise, tokens: 3e6 }
  })
const judged = (tally: Partial<CardTally> = {}, over: Partial<SoakEvidence> = {}) =>
  judgeSoakedCard({
    card: { index: 0, uuid: 'GPU-0', name: 'RTX 4090' },
    tally: { ...healthy, ...tally },
    rounds: rounds(),
    xidsReason: null,
    askedHours: 4,
    unfinished: null,
    isSimulated: false,
    ...over,
  })

test('a healthy card is accepted, with its figures', () => {
  const card = judged()
  expect(card).toMatchObject({ verdict: 'accepted', wouldBe: null, reasons: [], remarks: [], rounds: 24, tokens: 72e6 })
  expect(card).toMatchObject({ energyJ: 6e6, powerW: { mean: 5.9e6 / 14_350, max: 450 }, correctedErrors: 0, xids: [] })
  expect(card.slowdownShares?.swPowerCap).toBeCloseTo(0.976, 3)
  expect(card.driftSharePerHour).toMatchObject({ slope: expect.closeTo(0, 2) })
})

describe('what rejects a card', () => {
  test.each<[string, Partial<CardTally>, RegExp]>([
    ['a fault of the driver', { faults: ['nvidia-smi no longer lists the card'] }, /^nvidia-smi no longer lists/],
    ['an Xid', { xids: [31, 31] }, /^Xid 31 in the kernel log$/],
    ['an uncorrected error', { uncorrected: { sum: 1, last: 1 } }, /^1 uncorrected memory errors$/],
    ['a corrected error', { corrected: { sum: 3, last: 3 } }, /^3 corrected memory errors under load$/],
    ['heat', { slowS: { hwThermalSlowdown: 1435 } }, /^thermal slowdown for 10 % of the load at up to 72 °C: cooling/],
    [
      'the power supply',
      { slowS: { hwPowerBrakeSlowdown: 7175 } },
      /^power brake for 50 % of the load: the power supply/,
    ],
    ['a slowdown without reason', { slowS: { hwSlowdown: 1435 } }, /^hardware slowdown for 10 %/],
    ['replays', { replays: { sum: 239 * 10, last: 1e4 } }, /^10 PCIe replays a minute, at most 8/],
    ['a link that narrowed', { width: { min: 8, max: 16 } }, /^the PCIe link went from x16 to x8/],
    ['a link that slowed', { generation: { min: 3, max: 4 } }, /^the PCIe link went from generation 4 to 3/],
  ])('%s', (_, tally, reason) => {
    const card = judged(tally)
    expect([card.verdict, card.reasons.length]).toEqual(['rejected', 1])
    expect(card.reasons[0]).toMatch(reason)
  })

  test('a loss of tokens/s that is certain and adds up; a gain, and a loss of a few thousandths, are none', () => {
    const fading = judged({}, { rounds: rounds(0.01) })
    expect(fading.reasons).toEqual([
      expect.stringMatching(/^tokens\/s fall by 1\.\d % per hour \(95 % interval 0\.9 % to 1\.\d %\)$/),
    ])
    expect(judged({}, { rounds: rounds(-0.01) }).verdict).toBe('accepted')
    expect(judged({}, { rounds: rounds(0.001) }).verdict).toBe('accepted')
  })

  test('the first round, which heats the card, is no drift', () => {
    const [first, ...others] = rounds()
    expect(judged({}, { rounds: [{ ...first!, outputTokensPerS: 9000 }, ...others] }).verdict).toBe('accepted')
  })
})

describe('what is not known', () => {
  test('is said and decides nothing alone: no ECC, no kernel log, no replay counter, a narrow slot', () => {
    const unknown = { corrected: null, uncorrected: null, replays: null, width: { min: 8, max: 8 } }
    const card = judged(unknown, { xidsReason: 'dmesg cannot be read' })
    expect(card.verdict).toBe('accepted')
    expect(card.correctedErrors).toEqual({ value: null, reason: expect.stringContaining('ECC is off') })
    expect(card.remarks).toEqual([
      'PCIe link x8 of x16: slot, riser or bifurcation',
      expect.stringContaining('ECC is off'),
      'PCIe replays were not reported',
      'Xid errors were not looked for: dmesg cannot be read',
    ])
  })

  test('a card with too little load, without rounds, or in a soak that ended before its time, is not measured', () => {
    expect(judged({ soakedS: 12_000 }).reasons).toEqual(['under load for 3.33 of 4.00 hours, by nvidia-smi'])
    expect(judged({}, { rounds: [] })).toMatchObject({ verdict: 'not-measured', reasons: ['no round was completed'] })
    expect(judged({}, { unfinished: 'the soak was interrupted' }).verdict).toBe('not-measured')
    // a fault is one, however short the soak was
    expect(judged({ xids: [79] }, { unfinished: 'the soak was stopped early' }).verdict).toBe('rejected')
  })

  test('few rounds have no drift', () => {
    const card = judged({}, { rounds: rounds().slice(0, 5) })
    expect(card.driftSharePerHour).toEqual({ value: null, reason: expect.stringContaining('requires 6 rounds') })
  })
})

test('a simulated card is never accepted, and says what a real one would be', () => {
  expect(judged({}, { isSimulated: true })).toMatchObject({ verdict: 'not-measured', wouldBe: 'accepted' })
  expect(judged({ xids: [79] }, { isSimulated: true })).toMatchObject({ verdict: 'not-measured', wouldBe: 'rejected' })
})

test('the server: rejected when one card is, accepted when all are', () => {
  const [good, bad, open] = [judged(), judged({ xids: [79] }), judged({}, { rounds: [] })]
  expect(serverVerdict([good, good])).toEqual({ verdict: 'accepted', wouldBe: null })
  expect(serverVerdict([good, bad, open]).verdict).toBe('rejected')
  expect(serverVerdict([good, open]).verdict).toBe('not-measured')
  const simulated = judged({}, { isSimulated: true })
  expect(serverVerdict([simulated, simulated])).toEqual({ verdict: 'not-measured', wouldBe: 'accepted' })
})

test('what ends a soak: a card that is lost, an error that was not corrected, a fault of the hardware, unbroken heat', () => {
  expect(harmOf(healthy)).toBeNull()
  expect(harmOf({ ...healthy, xids: [31, 43], corrected: { sum: 9, last: 9 }, hotRowS: 299 })).toBeNull()
  expect(harmOf({ ...healthy, xids: [31, 79] })).toBe('Xid 79')
  expect(harmOf({ ...healthy, faults: ['nvidia-smi: GPU is lost'] })).toBe('nvidia-smi: GPU is lost')
  expect(harmOf({ ...healthy, uncorrected: { sum: 2, last: 2 } })).toBe('2 uncorrected memory errors')
  expect(harmOf({ ...healthy, hotRowS: 300 })).toBe('thermal slowdown for 5 minutes without a break')
})
