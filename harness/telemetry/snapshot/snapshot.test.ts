import { describe, expect, it } from 'vitest'
import type { SmiExec } from '../smi/exec.ts'
import { smiFailure } from '../smi/failures.ts'
import { healthOf } from './health.ts'
import { parseProcesses, readProcesses } from './processes.ts'
import { numberIn, readSnapshot, type SnapshotField, snapshotFields } from './snapshot.ts'
import { countNvlinks, parseTopology } from './topology.ts'

/** Answers a query from values by field; what is not there is `[N/A]`. */
const answering =
  (cards: readonly Partial<Record<SnapshotField, string>>[], refused: readonly string[] = []): SmiExec =>
  async ([query = '']) => {
    const asked = query.replace('--query-gpu=', '').split(',') as SnapshotField[]
    const bad = asked.find((field) => refused.includes(field))
    if (bad)
      return {
        kind: 'failed',
        absent: false,
        ...smiFailure('invalid-field', `Field "${bad}" is not a valid field to query.`),
      }
    const stdout = cards.map((card) => asked.map((field) => card[field] ?? '[N/A]').join(', ')).join('\n')
    return { kind: 'ok', stdout: `${stdout}\n`, stderr: '' }
  }
const all = new Set<string>(snapshotFields)
const counters = Object.fromEntries(
  snapshotFields.filter((f) => f.includes('_counters.')).map((f) => [f, '25483012608']),
)
const read = async (card: Partial<Record<SnapshotField, string>>) => {
  const result = await readSnapshot(answering([{ uuid: 'GPU-a', ...card }]), all)
  if (result.kind === 'failed') throw new Error(result.reason)
  return result.cards[0]!
}

describe('readSnapshot', () => {
  it('queries the fields that the driver lists and returns null for what it does not report', async () => {
    const known = new Set(['uuid', 'power.limit', 'serial'])
    const result = await readSnapshot(answering([{ uuid: 'GPU-a', 'power.limit': '450.00' }, { uuid: 'GPU-b' }]), known)
    expect(result).toMatchObject({
      kind: 'ok',
      cards: [
        { uuid: 'GPU-a', values: { 'power.limit': '450.00', serial: null, name: null } },
        { uuid: 'GPU-b', values: { 'power.limit': null } },
      ],
    })
    expect(result.kind === 'ok' && result.missingFields).toContain('name')
  })

  it('leaves out fields that are refused although listed', async () => {
    const refused = ['kmd_version', 'retired_pages.pending']
    const result = await readSnapshot(answering([{ uuid: 'GPU-a', name: 'X' }], refused), all)
    expect(result).toMatchObject({ kind: 'ok', cards: [{ values: { name: 'X' } }], missingFields: refused })
  })

  it('says why it failed', async () => {
    const dead: SmiExec = async () => ({
      kind: 'failed',
      absent: false,
      ...smiFailure('no-devices', 'No devices were found'),
    })
    expect(await readSnapshot(dead, all)).toEqual({ kind: 'failed', reason: 'No devices were found' })
    expect(await readSnapshot(answering([]), all)).toMatchObject({ kind: 'failed' })
    expect(await readSnapshot(answering([], ['uuid']), all)).toMatchObject({ kind: 'failed' })
  })

  it('keeps sick values apart, and takes "None" for the good answer that it is', async () => {
    const card = await read({
      'temperature.gpu': '[GPU requires reset]',
      gpu_recovery_action: 'None',
      'memory.used': '90538',
    })
    expect(card.sick).toEqual([{ field: 'temperature.gpu', text: '[GPU requires reset]' }])
    expect(card.values['gpu_recovery_action']).toBe('None')
    expect([numberIn(card, 'memory.used'), numberIn(card, 'temperature.gpu')]).toEqual([90_538, null])
  })
})

describe('a card that lost its UUID', () => {
  it('is named beside the others', async () => {
    const result = await readSnapshot(answering([{ uuid: 'GPU-a' }, { index: '1', uuid: '[GPU is lost]' }]), all)
    expect(result).toMatchObject({
      kind: 'ok',
      cards: [{ uuid: 'GPU-a' }],
      warnings: ['GPU 1 cannot be read: [GPU is lost]'],
    })
  })

  it('is the reason where no card is left', async () => {
    expect(await readSnapshot(answering([{ index: '0', uuid: '[GPU is lost]' }]), all)).toEqual({
      kind: 'failed',
      reason: 'GPU 0 cannot be read: [GPU is lost]',
    })
  })
})

describe('healthOf', () => {
  it('reads counters, flags and limits', async () => {
    const card = await read({
      ...counters,
      'ecc.mode.current': 'Enabled',
      'ecc.errors.corrected.volatile.total': '3',
      'ecc.errors.uncorrected.volatile.total': '0',
      'remapped_rows.pending': 'No',
      'remapped_rows.failure': 'Yes',
      'enforced.power.limit': '300.00',
      'power.default_limit': '600.00',
    })
    expect(healthOf(card)).toMatchObject({
      throttleUs: { sw_power_cap: 25_483_012_608, hw_power_brake_slowdown: 25_483_012_608 },
      eccCorrected: 3,
      eccUncorrected: 0,
      remapPending: false,
      remapFailure: true,
      retirementPending: null,
      enforcedLimitW: 300,
      defaultLimitW: 600,
    })
  })

  it('does not take the zeros of a card without ECC for counts', async () => {
    const health = healthOf(await read({ 'ecc.errors.uncorrected.volatile.total': '0', 'power.limit': '450' }))
    expect(health).toMatchObject({ throttleUs: null, eccMode: null, eccUncorrected: null, enforcedLimitW: 450 })
  })
})

describe('processes', () => {
  it('are read with names that hold commas, and without memory where it is not reported', () => {
    expect(parseProcesses('GPU-a, 4021, VLLM::EngineCore, 21480\nGPU-a, 77, python, -c a, b, [N/A]\n')).toEqual([
      { uuid: 'GPU-a', pid: 4021, name: 'VLLM::EngineCore', usedMiB: 21_480 },
      { uuid: 'GPU-a', pid: 77, name: 'python, -c a, b', usedMiB: null },
    ])
    expect(parseProcesses('No running processes found\n')).toEqual([])
  })

  it('are null with a reason when they cannot be read', async () => {
    const dead: SmiExec = async () => ({
      kind: 'failed',
      absent: false,
      ...smiFailure('no-permission', 'no permission'),
    })
    expect(await readProcesses(dead)).toEqual({ processes: null, reason: 'no permission' })
  })
})

describe('topology', () => {
  it('reads the links of two cards through the underlining of the header', () => {
    const text =
      '\t\u001b[4mGPU0\tGPU1\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\u001b[0m\nGPU0\t X \tPHB\tSYS\t0-31\t0\t\tN/A\nGPU1\tPHB\t X \tSYS\t0-31\t0\t\tN/A\nNIC0\tSYS\tSYS\t X\n\nLegend:\n\n  X    = Self\n'
    expect(parseTopology(text)).toEqual([
      { from: 'GPU0', to: 'GPU1', path: 'PHB' },
      { from: 'GPU1', to: 'GPU0', path: 'PHB' },
    ])
    expect(parseTopology('\t\u001b[4mGPU0\tCPU Affinity\u001b[0m\nGPU0\t X \t0-15\n')).toEqual([])
    expect(parseTopology(' \tGPU0\tGPU1\t\n GPU0\tX\tCNS\t\n GPU1\tCNS\tX\t\n')).toHaveLength(2)
    expect(parseTopology('ERROR: option -m is not supported')).toEqual([])
    const withoutFirst = '\tGPU1\tGPU3\tCPU Affinity\nGPU1\t X \tPIX\nGPU3\tPIX\t X \n'
    expect(parseTopology(withoutFirst)).toEqual([
      { from: 'GPU1', to: 'GPU3', path: 'PIX' },
      { from: 'GPU3', to: 'GPU1', path: 'PIX' },
    ])
  })

  it('counts NVLinks, whatever the words for none', () => {
    expect(countNvlinks('GPU 0: NVIDIA H200 (UUID: GPU-a)\n\t Link 0: 26.562 GB/s\n\t Link 1: 26.562 GB/s\n')).toBe(2)
    expect(countNvlinks('GPU 0: X (UUID: GPU-a)\nDevice does not have or support Nvlink\n')).toBe(0)
    expect(countNvlinks('NVML: Unable to retrieve Nvlink information as all links are inActive')).toBe(0)
    expect(countNvlinks('GPU 0: NVIDIA H100 (UUID: GPU-a)\nNVLink not supported for Devices in MIG mode\n')).toBeNull()
    expect(countNvlinks('')).toBeNull()
  })
})
