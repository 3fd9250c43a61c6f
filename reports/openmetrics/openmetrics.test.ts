import { describe, expect, test } from 'vitest'
import { readSamples, type Sample } from '../../harness/endpoint/metrics/prometheus-text.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { fleetStanding } from '../fleet/standing/standing.ts'
import { makeFleet } from '../testing/fleet-builder.ts'
import { againstBaselines } from './against-baselines.ts'
import { everyHead } from './heads.ts'
import { openMetrics } from './openmetrics.ts'
import { MOST_SETS, runSets } from './run-sets.ts'

const pageOf = (records: readonly RunRecord[], baseline: readonly RunRecord[] = []): string =>
  openMetrics({ records, standing: fleetStanding(records), comparison: againstBaselines(records, baseline) })
const samplesOf = (...of: Parameters<typeof pageOf>): Sample[] => readSamples(pageOf(...of), ['joulemark_'])
const named = (samples: readonly Sample[], name: string) => samples.filter((each) => each.name === `joulemark_${name}`)

const run = makeRun({
  card: 'rtx-4090',
  result: {
    outputTokensPerS: [1000, 990, 1010],
    ttftMsP50: [12.3, 12, 12.6],
    peakMemoryMiB: 2,
    tokensPerJ: 'no power',
  },
  gates: [
    { id: 'error-rate', status: 'pass', required: true, evidence: 'none failed' },
    { id: 'throttle', status: 'warn', required: true, evidence: '3 % of the time' },
  ],
})

describe('the newest run of a GPU in a scenario', () => {
  const samples = samplesOf([run])

  test('figures are in base units, with both ends of their interval', () => {
    const value = (name: string) => named(samples, name).map((each) => each.value)
    expect(value('output_tokens_per_second')).toEqual([1000])
    expect(value('ci95_low_output_tokens_per_second')).toEqual([990])
    expect(value('ci95_high_output_tokens_per_second')).toEqual([1010])
    expect(value('ttft_p50_seconds')).toEqual([0.0123])
    expect(value('peak_memory_bytes')).toEqual([2_097_152])
  })

  test('a figure that is not known has no series, and no 0', () => {
    expect(named(samples, 'tokens_per_joule')).toEqual([])
    expect(named(samples, 'ci95_low_peak_memory_bytes')).toEqual([])
  })

  test('labels say what it is about, and no more; the run itself stands in the info', () => {
    expect(named(samples, 'output_tokens_per_second')[0]!.labels).toEqual({
      host: 'box',
      gpu: run.gpus[0]!.uuid,
      card: 'rtx-4090',
      scenario: 'llama-3.1-8b-fp8-batch32',
      model: 'llama-3.1-8b-instruct-fp8',
      driver: run.gpus[0]!.driver,
      source: 'live',
    })
    expect(named(samples, 'run_info')[0]!.labels).toMatchObject({
      run: run.id,
      status: 'complete',
      engine_version: '0.11.0',
    })
  })

  test('gates are states, and are counted', () => {
    expect(named(samples, 'gate_info').map(({ labels }) => [labels['gate'], labels['status']])).toEqual([
      ['error-rate', 'pass'],
      ['throttle', 'warn'],
    ])
    expect(
      Object.fromEntries(named(samples, 'run_gates').map(({ labels, value }) => [labels['status'], value])),
    ).toEqual({
      pass: 1,
      warn: 1,
      fail: 0,
      'not-measured': 0,
    })
  })

  test('every name is one that is declared', () => {
    const declared = new Set(everyHead.map(({ name }) => name))
    const fleet = makeFleet()
    const all = samplesOf([...fleet.baseline, ...fleet.candidate, run], fleet.baseline)
    expect(all.filter(({ name }) => !declared.has(name))).toEqual([])
  })
})

describe('which runs are on the page', () => {
  const at = (startedAt: string, more: Partial<Parameters<typeof makeRun>[0]> = {}) =>
    makeRun({ card: 'rtx-4090', startedAt, result: { outputTokensPerS: 900 }, ...more })

  test('the newest that ended: one that still runs does not take the place of its figures, a failed one does', () => {
    const old = at('2026-11-01T10:00:00Z', { result: { outputTokensPerS: 800 } })
    const ended = at('2026-11-02T10:00:00Z')
    const running = at('2026-11-03T10:00:00Z', { status: 'running' })
    const rate = (runs: RunRecord[]) => named(samplesOf(runs), 'output_tokens_per_second').map(({ value }) => value)
    expect(rate([old, ended, running])).toEqual([900])
    expect(
      rate([old, ended, at('2026-11-04T10:00:00Z', { status: 'failed', failure: 'no server', result: {} })]),
    ).toEqual([])
  })

  test('settings and sources are series of their own, and a simulated card says so', () => {
    const limited = at('2026-11-01T11:00:00Z', { more: { setting: settingAt(300) } })
    const simulated = at('2026-11-01T12:00:00Z', { source: 'simulated' })
    const found = named(samplesOf([at('2026-11-01T10:00:00Z'), limited, simulated]), 'output_tokens_per_second')
    expect(found.map(({ labels }) => [labels['setting'] ?? '', labels['source'], labels['card']])).toEqual([
      ['', 'simulated', 'rtx-4090 (SIMULATED)'],
      ['300 W', 'live', 'rtx-4090'],
      ['', 'live', 'rtx-4090'],
    ])
    expect(named(samplesOf([simulated]), 'run_quotable')[0]!.value).toBe(0)
  })

  test('no two series have the same labels, also where names differ only in what is not shown', () => {
    const hostile = (hostname: string) =>
      at('2026-11-01T10:00:00Z', { gpus: 0, more: { host: { ...run.host, hostname } } })
    const names = ['a\u200bb', 'ab', `${'x'.repeat(200)}1`, `${'x'.repeat(200)}2`, 'q"\\\n} 1']
    const lines = pageOf(names.map(hostile))
      .split('\n')
      .filter((line) => !line.startsWith('#'))
    const series = lines.map((line) => line.replace(/ \S+$/, ''))
    expect(new Set(series).size).toBe(series.length)
    expect(named(readSamples(lines.join('\n')), 'output_tokens_per_second')).toHaveLength(3)
  })

  test('the page is bounded: the newest sets are on it, and it says how many are not', () => {
    const one = at('2026-11-01T10:00:00Z')
    const records = Array.from({ length: MOST_SETS + 3 }, (_, index) => ({
      ...one,
      startedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
      scenario: { ...one.scenario, name: `s${index}` },
    }))
    const { sets, omitted } = runSets(records)
    expect([sets.length, omitted, sets[0]!.labels['scenario']]).toEqual([MOST_SETS, 3, `s${MOST_SETS + 2}`])
    const page = openMetrics({ records: [one], standing: null, comparison: null, setsNotRead: 7 })
    expect(page).toContain('joulemark_omitted_sets 7\n')
  })
})

describe('verdicts', () => {
  const fleet = makeFleet({ boxes: 8, fleetLoss: 0.02, losses: { 3: 0.06 } })
  const records = [...fleet.baseline, ...fleet.candidate]
  const samples = samplesOf(records, fleet.baseline)
  const states = (name: string) =>
    Object.fromEntries(named(samples, name).map(({ labels }) => [labels['host'] ?? labels['card'], labels['verdict']]))

  test('against the baseline: the box that lost, and by how much, with its interval', () => {
    expect(Object.values(states('baseline_verdict_info'))).toHaveLength(8)
    expect(states('baseline_verdict_info')['box-03']).toBe('regressed')
    const of = (name: string) =>
      named(samples, name).find(({ labels }) => labels['host'] === 'box-03' && labels['metric'] === 'outputTokensPerS')!
        .value
    expect(of('baseline_change_ratio')).toBeCloseTo(0.98 * 0.94 - 1, 2)
    expect(of('ci95_low_baseline_change_ratio')).toBeLessThan(of('baseline_change_ratio'))
    expect(of('ci95_high_baseline_change_ratio')).toBeGreaterThan(of('baseline_change_ratio'))
  })

  test('of the fleet as a whole: a loss that no single box shows', () => {
    expect(states('fleet_verdict_info')).toEqual({ 'rtx-4090': 'regressed' })
    const change = named(samples, 'fleet_change_ratio').find(({ labels }) => labels['metric'] === 'outputTokensPerS')!
    expect(change.value).toBeCloseTo(-0.02, 2)
    expect(change.labels).not.toHaveProperty('host')
  })

  test('beside siblings: the same box is low, the others are not', () => {
    const { 'box-03': low, ...others } = states('siblings_verdict_info')
    expect(low).toBe('low')
    expect(new Set(Object.values(others))).toEqual(new Set(['pass']))
    expect(named(samples, 'siblings_worse_ratio').length).toBeGreaterThan(8)
  })

  test('runs from before the baseline are not judged by it', () => {
    expect(againstBaselines(fleet.baseline, fleet.candidate)).toBeNull()
    expect(named(samplesOf(fleet.baseline, fleet.candidate), 'baseline_verdict_info')).toEqual([])
  })
})
