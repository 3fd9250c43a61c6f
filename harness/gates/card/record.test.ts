import { describe, expect, it } from 'vitest'
import { makeCardsSnapshot, makeHealth, makeSampler } from '../../testing/card-builder.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../../testing/measured-run.ts'
import { makeSetting } from '../../testing/setting-builder.ts'

const health = makeHealth()
const statusOf = (over: MeasuredRun, id: (typeof gates)[number]) => gateOf(measuredRun(over), id).status
const gates = [
  'card-match',
  'energy-coverage',
  'gpu-exclusive',
  'energy-agreement',
  'throttle',
  'thermal-soak',
  'ecc',
  'power-limit',
  'clock',
] as const

describe('gates of the card, from the record', () => {
  it('passes all nine gates of a card that is in order', () => {
    expect(gates.map((id) => [id, statusOf({}, id)])).toEqual(gates.map((id) => [id, 'pass']))
  })

  it.each<[(typeof gates)[number], string, MeasuredRun]>([
    ['card-match', 'another card than the person named', { card: { key: 'rtx-4090', name: '', claimed: 'rtx-5090' } }],
    ['energy-agreement', 'a counter that counts another energy', { trial: { energyJ: 900 } }],
    ['power-limit', 'a limit that the scenario does not state', { gpu: { powerLimitW: 300 } }],
    [
      'power-limit',
      'a limit that was changed during the run',
      { telemetry: { after: makeCardsSnapshot({ health: [{ ...health, enforcedLimitW: 300 }] }) } },
    ],
    [
      'ecc',
      'an uncorrected error',
      { telemetry: { after: makeCardsSnapshot({ health: [{ ...health, eccUncorrected: 1 }] }) } },
    ],
    [
      'throttle',
      'time that only the counters of the driver saw',
      {
        telemetry: {
          after: makeCardsSnapshot({
            atMs: 90_000,
            health: [{ ...health, throttleUs: { ...health.throttleUs, hw_thermal_slowdown: 5000 } }],
          }),
        },
      },
    ],
    [
      'gpu-exclusive',
      'a process that came during the run',
      {
        telemetry: {
          after: makeCardsSnapshot({ processes: [{ uuid: 'GPU-a', pid: 8, name: 'blender', usedMiB: null }] }),
        },
      },
    ],
    [
      'clock',
      'a step of the wall clock in a window',
      {
        telemetry: {
          sampler: makeSampler({ events: [{ kind: 'clock-step', atMs: 30_000, stepMs: 700, message: 'stepped' }] }),
        },
      },
    ],
  ])('%s fails on %s', (id, _, over) => {
    expect(statusOf(over, id)).toBe('fail')
  })

  it('takes a group for any of its editions, and a limit that the scenario states for right', () => {
    const maxQ = { name: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', memoryTotalMiB: 97_887 }
    const card = { key: 'rtx-pro-6000-max-q', name: '', claimed: 'rtx-6000-pro' }
    expect(statusOf({ gpu: maxQ, card }, 'card-match')).toBe('pass')
    const lowered = {
      gpu: { powerLimitW: 300 },
      telemetry: { after: makeCardsSnapshot({ health: [{ ...health, enforcedLimitW: 300 }] }) },
    }
    expect(statusOf({ ...lowered, scenario: { powerLimitW: 300 } }, 'power-limit')).toBe('pass')
  })

  it('takes the limit at which a tuning of clocks found the cards and left them for the one that is meant', () => {
    const at = (afterW: number, powerLimitW: ReturnType<typeof makeSetting>['powerLimitW']) =>
      gateOf(
        measuredRun({
          gpu: { powerLimitW: 300, powerDefaultLimitW: 450 },
          telemetry: { after: makeCardsSnapshot({ health: [{ ...health, enforcedLimitW: afterW }] }) },
          record: { setting: makeSetting({ powerLimitW, smClockMHz: { asked: 1500, read: 1500 } }) },
        }),
        'power-limit',
      )
    const left = { asked: null, enforced: 300, found: 300 }
    expect(at(300, left)).toMatchObject({ status: 'pass', evidence: 'enforced 300 W, as tune found it' })
    expect(at(250, left).status).toBe('fail')
    expect(at(300, { ...left, asked: 250 }).status).toBe('fail')
    const each = { asked: null, enforced: null, found: null, reason: 'the cards were found at 300 and 450 W' }
    expect(at(300, each)).toMatchObject({ status: 'not-measured', evidence: each.reason })
    expect(at(250, each)).toMatchObject({ status: 'fail', evidence: expect.stringContaining('to 250 W') })
  })

  it('is not measured without readings, with the reason', () => {
    const after = makeCardsSnapshot({ health: [], healthReason: 'nvidia-smi hangs' })
    expect(gateOf(measuredRun({ telemetry: { after } }), 'ecc')).toMatchObject({
      status: 'not-measured',
      evidence: 'nvidia-smi hangs',
    })
    const reason = 'no nvidia-smi on PATH'
    const none = measuredRun({
      card: { key: null, name: null, reason },
      telemetry: null,
      record: { gpus: [], gpusReason: reason },
    })
    expect(gates.map((id) => gateOf(none, id))).toEqual(
      gates.map(() => expect.objectContaining({ status: 'not-measured', evidence: reason })),
    )
  })
})
