import { describe, expect, test } from 'vitest'
import { catalogueNames } from '../../catalogue/find.ts'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { bundledScenario } from '../../scenario/find-scenario.ts'
import { loadScenarios } from '../../scenario/load-file.ts'
import type { Check } from '../../telemetry/doctor/check.ts'
import { boxPlan } from '../plan/plan-box.ts'
import { withoutFaulty } from './faulty-cards.ts'
import { serversOf } from './needs.ts'

const files = await loadScenarios(
  ['llama-3.1-8b-fp8-batch32', 'llama-3.1-70b-fp8-single'].map(bundledScenario),
  catalogueNames,
)
const entry = cardEntryByKey('rtx-pro-6000-max-q')!
const cards = [0, 1].map((index) => ({ index, uuid: `GPU-${index}`, entry }))
const plan = boxPlan(files, cards, {
  port: 8000,
  tag: 'v0.31.0',
  cacheDir: '/cache',
  starts: 1,
  withinMinutes: null,
  topology: { reason: 'planned cards' },
})
const failed = (id: string, uuids?: readonly string[]): Check => ({
  id,
  status: 'fail',
  read: 'Prohibited',
  why: '',
  fix: 'sudo nvidia-smi -c 0',
  ...(uuids === undefined ? {} : { cards: uuids }),
})

describe('a fault that the doctor finds', () => {
  test.each(['compute-mode', 'mig', 'processes'])('%s of one card leaves out that card alone', (id) => {
    const { plan: left, ends } = withoutFaulty(plan, [failed(id, ['GPU-1'])])
    expect(ends).toBeNull()
    expect(new Set(serversOf(left).flatMap((server) => server.cards.map(({ uuid }) => uuid)))).toEqual(
      new Set(['GPU-0']),
    )
    expect(left.leftOut).toContainEqual({ name: 'GPU 1', reason: `${id}: Prohibited` })
  })

  test('of every card ends the night, with what to type', () => {
    const { ends } = withoutFaulty(plan, [failed('compute-mode', ['GPU-0', 'GPU-1'])])
    expect(ends).toBe('compute-mode: Prohibited; to fix it: sudo nvidia-smi -c 0')
  })

  test('of the machine ends the night', () => {
    expect(withoutFaulty(plan, [failed('driver-versions')]).ends).toBe(
      'driver-versions: Prohibited; to fix it: sudo nvidia-smi -c 0',
    )
  })

  test('of a card that can be measured, or of the path between two, leaves the plan as it is', () => {
    expect(withoutFaulty(plan, [failed('card-health', ['GPU-1']), failed('peer-to-peer')])).toEqual({
      plan,
      ends: null,
    })
  })
})
