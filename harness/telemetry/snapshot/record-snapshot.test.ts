import { describe, expect, it } from 'vitest'
import { inlineNvidiaSmi } from '../../testing/fake-nvidia-smi-inline.ts'
import { readCardsSnapshot, readMachine } from './record-snapshot.ts'

const known = new Set(['index', 'uuid', 'name', 'power.draw', 'mig.mode.current'])
const well = { uuid: 'GPU-a', name: 'NVIDIA L40S', 'power.draw': '45.00', 'mig.mode.current': 'Disabled' }
const machineOf = (...cards: readonly Readonly<Record<string, string>>[]) =>
  inlineNvidiaSmi({ gpus: cards.map((values) => ({ values })) }, () => 0).exec

describe('a machine with one card that is lost', () => {
  const exec = machineOf(well, { ...well, uuid: 'GPU-b', 'power.draw': '[GPU is lost]' })

  it('has a fingerprint of its cards and names the lost one', async () => {
    const { fingerprint, warnings } = await readMachine(exec, known, async () => null)
    expect(fingerprint?.cards.map((card) => card['uuid'])).toEqual(['GPU-a', 'GPU-b'])
    expect(warnings).toEqual(['GPU 1 (GPU-b): power.draw [GPU is lost]'])
  })

  it('keeps the lost cells of each card, and its MIG mode', async () => {
    const { health, warnings } = await readCardsSnapshot(exec, known, () => 7)
    expect(warnings).toBeUndefined()
    expect(health).toMatchObject([
      { uuid: 'GPU-a', migMode: 'Disabled', sick: [] },
      { uuid: 'GPU-b', migMode: 'Disabled', sick: [{ field: 'power.draw', text: '[GPU is lost]' }] },
    ])
  })
})

it('keeps the messages of nvidia-smi besides its rows', async () => {
  const snapshot = await readCardsSnapshot(machineOf(well, { ...well, uuid: '[GPU is lost]' }), known, () => 7)
  expect(snapshot).toMatchObject({
    atMs: 7,
    health: [{ uuid: 'GPU-a' }],
    warnings: ['GPU 1 cannot be read: [GPU is lost]'],
  })
})

it('has no fingerprint where no card can be read', async () => {
  const exec = machineOf({ ...well, uuid: '[GPU is lost]' })
  expect(await readMachine(exec, known, async () => null)).toEqual({ fingerprint: null, warnings: [] })
  expect(await readCardsSnapshot(exec, known, () => 0)).toMatchObject({
    health: [],
    healthReason: 'GPU 0 cannot be read: [GPU is lost]',
  })
})
