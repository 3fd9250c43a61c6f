import { describe, expect, test } from 'vitest'
import type { ProofFindings } from '../record/schema/proof.ts'
import { adaFindings, madeFindings, madeProofRun } from '../testing/proof-builder.ts'
import { claimsOf, proofExitCode, tally } from './judge.ts'
import { surprisesOf } from './surprises.ts'

const statusOf = (id: string, over: Partial<ProofFindings>) =>
  claimsOf(madeFindings(over)).find((claim) => claim.id === id)
const sensor = (over: Partial<typeof adaFindings>) => ({ sensor: { ...adaFindings, ...over } })
const runs = (gates: Parameters<typeof madeProofRun>[1]) => ({ runs: [madeProofRun('closed-1', gates)] })
const twoRuns = (gates: Parameters<typeof madeProofRun>[1]) => ({
  runs: [madeProofRun('closed-1'), madeProofRun('closed-32', gates)],
})
const window = adaFindings.window!
const [idle, steady, square] = adaFindings.phases

test('a whole proof without a fault proves every claim, names what shows it, and ends with 0', () => {
  const claims = claimsOf(madeFindings())
  expect(claims.filter(({ status }) => status !== 'proved')).toEqual([])
  expect(claims.every(({ evidence, shownBy }) => evidence.length > 0 && shownBy.length > 0)).toBe(true)
  expect(claims.every(({ wouldBe }) => wouldBe === null)).toBe(true)
  expect(surprisesOf({ ...madeFindings(), claims })).toEqual([])
  expect(proofExitCode(claims, false)).toBe(0)
})

describe('each claim', () => {
  test.each<[string, string, string, Partial<ProofFindings>]>([
    ['clock', 'contradicted', 'a clock that was stepped', runs({ clock: 'fail' })],
    ['clock', 'not-proved', 'a run that did not watch', runs({ clock: 'not-measured' })],
    ['tokens', 'contradicted', 'another count', runs({ 'token-audit': 'fail' })],
    ['tokens', 'contradicted', 'another prompt', runs({ 'prompt-shape': 'fail' })],
    ['tokens', 'proved', 'counts that agree, with a warning about times', runs({ 'token-audit': 'warn' })],
    ['tokens', 'not-proved', 'no counters', runs({ 'token-audit': 'not-measured', 'prompt-shape': 'not-measured' })],
    ['tokens', 'not-proved', 'no run', { runs: [] }],
    ['client', 'not-proved', 'a client that was too busy', runs({ 'client-headroom': 'fail' })],
    ['clock', 'not-proved', 'one run of two', twoRuns({ clock: 'not-measured' })],
    ['tokens', 'not-proved', 'prompts alone', runs({ 'token-audit': 'not-measured' })],
    ['client', 'not-proved', 'a client that was nearly too busy in one run', twoRuns({ 'client-headroom': 'warn' })],
    ['physical-limit', 'not-proved', 'one run of two', twoRuns({ 'physical-limit': 'not-measured' })],
    ['physical-limit', 'contradicted', 'one run of two', twoRuns({ 'physical-limit': 'fail' })],
    ['clock', 'not-proved', 'a run without the gate', { runs: [{ ...madeProofRun('open'), gates: [] }] }],
    ['sensor-period', 'not-proved', 'a slow nvidia-smi', sensor({ updateMs: 310, sampleIntervalMs: 310 })],
    ['sensor-period', 'proved', 'a change with every sample', sensor({ updateMs: 150, sampleIntervalMs: 150 })],
    ['sensor-period', 'contradicted', 'a slow sensor', sensor({ updateMs: 500 })],
    ['sensor-period', 'not-proved', 'a sensor that stands still', sensor({ updateMs: null })],
    ['sensor-period', 'not-proved', 'no probe', { sensor: null }],
    ['physical-limit', 'not-proved', 'programs on the CPU', { python: { ...madeFindings().python!, device: null } }],
    ['clock', 'proved', 'programs on the CPU', { python: { ...madeFindings().python!, device: null } }],
    ['averaging-window', 'contradicted', 'a window of 25 ms', sensor({ window: { ...window, windowMs: 25 } })],
    ['averaging-window', 'not-proved', 'an exponential filter', sensor({ window: { ...window, residualShare: 0.06 } })],
    ['averaging-window', 'not-proved', 'no step', sensor({ window: null, windowReason: 'no step' })],
    [
      'energy-agreement',
      'contradicted',
      'one phase 6 % apart',
      sensor({ phases: [idle!, steady!, { ...square!, differenceShare: -0.06 }] }),
    ],
    ['energy-agreement', 'contradicted', 'a run apart', { ...runs({ 'energy-agreement': 'fail' }) }],
    ['energy-agreement', 'not-proved', 'idle alone', sensor({ phases: [idle!] })],
    [
      'energy-agreement',
      'not-proved',
      'two loads of three',
      sensor({ phases: [idle!, steady!, { ...square!, differenceShare: null, reason: 'the counter was not read' }] }),
    ],
    [
      'energy-agreement',
      'not-proved',
      'no counter',
      sensor({ phases: [{ ...idle!, counterJ: null, differenceShare: null }], counterReason: 'no NVML' }),
    ],
    ['power-limit', 'contradicted', 'more than the limit', sensor({ phases: [{ ...steady!, meanPowerW: 480 }] })],
    [
      'power-limit',
      'not-proved',
      'a load far below it',
      { ...sensor({ phases: [{ ...steady!, meanPowerW: 300 }] }), runs: [] },
    ],
    ['power-limit', 'not-proved', 'no limit', { card: { ...madeFindings().card!, powerLimitW: null } }],
    ['physical-limit', 'contradicted', 'too fast', runs({ 'physical-limit': 'fail' })],
    ['memory', 'contradicted', 'less than the weights', { weightsMiB: 30_000 }],
    ['memory', 'contradicted', 'more than the card', { card: { ...madeFindings().card!, memoryTotalMiB: 16_000 } }],
    ['memory', 'not-proved', 'unknown weights', { weightsMiB: { value: null, reason: 'not known' } }],
    ['training', 'not-proved', 'no training', { runs: [madeProofRun('closed-1')] }],
    [
      'records',
      'contradicted',
      'a record that was changed',
      { runs: [{ ...madeProofRun('open'), problems: ['run.json: changed'] }] },
    ],
    [
      'records',
      'not-proved',
      'one record of two',
      { runs: [madeProofRun('open'), { ...madeProofRun('closed-1'), problems: null }] },
    ],
    ['records', 'not-proved', 'no verification', { runs: [{ ...madeProofRun('open'), problems: null }] }],
  ])('%s is %s by %s', (id, status, _why, over) => {
    expect(statusOf(id, over)?.status).toBe(status)
  })

  test('its evidence has the numbers, grouped where runs say the same', () => {
    expect(statusOf('power-limit', {})?.evidence).toEqual([
      'highest mean power 446.0 W (steady load), limit 450 W: 99.1 %',
    ])
    expect(statusOf('clock', {})?.evidence).toEqual([
      'closed-1, closed-8, closed-32, open, training, gate clock: clock as it should be',
    ])
    expect(statusOf('energy-agreement', {})?.evidence[1]).toBe(
      'steady load, 30 s: samples 13380 J, counter 13400 J, -0.15 %',
    )
  })

  test('what is missing stands first: the gates of one run, the loads without a counter', () => {
    expect(statusOf('tokens', twoRuns({ 'token-audit': 'not-measured' }))?.evidence).toEqual([
      'does not decide: closed-32, gate token-audit: token-audit as it should be',
      'closed-1, gate token-audit: token-audit as it should be',
      'closed-1, closed-32, gate prompt-shape: prompt-shape as it should be',
    ])
    expect(statusOf('energy-agreement', sensor({ phases: [steady!] }))?.evidence.slice(0, 2)).toEqual([
      'idle: the energies were not compared: this load was not played to its end',
      'switched load: the energies were not compared: this load was not played to its end',
    ])
    const apart = sensor({ phases: [{ ...steady!, differenceShare: 0.07 }] })
    expect(statusOf('energy-agreement', apart)?.evidence[0]).toMatch(/^steady load.*\+7\.0 %$/)
  })
})

describe('a simulated machine', () => {
  const claims = claimsOf(madeFindings({ source: 'simulated', sourceEvidence: ['driver 0.0-sim'] }))

  test('proves nothing about a card; what a real one would give stands beside it', () => {
    const ofCard = claims.filter(({ about }) => about === 'card')
    expect(ofCard.map(({ status, wouldBe }) => [status, wouldBe])).toEqual(ofCard.map(() => ['not-proved', 'proved']))
    expect(ofCard.every(({ evidence }) => evidence[0]?.startsWith('SIMULATED'))).toBe(true)
  })

  test('counts as what it would be, so that a rehearsal finds faults', () => {
    expect(tally(claims)).toEqual({ proved: claims.length, 'not-proved': 0, contradicted: 0 })
    const slow = claimsOf(madeFindings({ source: 'simulated', ...sensor({ updateMs: 900 }) }))
    expect(proofExitCode(slow, false)).toBe(1)
    expect(slow.find(({ id }) => id === 'sensor-period')).toMatchObject({
      status: 'not-proved',
      wouldBe: 'contradicted',
    })
  })
})

test('exit codes: contradicted before interrupted before nothing measured', () => {
  const nothing = claimsOf(
    madeFindings({ sensor: null, runs: [], card: null, weightsMiB: { value: null, reason: 'none' } }),
  )
  expect(proofExitCode(nothing, false)).toBe(3)
  expect(proofExitCode(nothing, true)).toBe(130)
  expect(proofExitCode(claimsOf(madeFindings(runs({ clock: 'fail' }))), true)).toBe(1)
})

test('what was not expected: contradictions, readings apart, no batching, other gates, failed steps', () => {
  const found = madeFindings({
    ...sensor({ updateMs: 500, instantToMeanShare: 0.08 }),
    runs: [
      madeProofRun('closed-1'),
      { ...madeProofRun('closed-8', { 'client-headroom': 'fail' }), figures: madeProofRun('closed-1').figures },
    ],
    steps: [{ id: 'training', status: 'failed', seconds: 1, note: 'out of memory' }],
  })
  expect(surprisesOf({ ...found, claims: claimsOf(found) })).toEqual([
    'sensor-period is contradicted: power.draw typically changes every 500 ms; power.draw.instant every 100 ms, sampled every 21 ms',
    'under a steady load power.draw.instant is 8.0 % above power.draw',
    '8 streams made 40.0 tokens/s, 1 stream 40.0: batching gained 1.00 times',
    'gate client-headroom failed in closed-8: client-headroom as it should be',
    'training failed: out of memory',
  ])
})
