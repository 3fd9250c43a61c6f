import { expect, test } from 'vitest'
import { gpuRow } from '../testing/rows.ts'
import { cardsNow, LiveMeter } from './live-meter.ts'

test('events are counted since the last reading; in flight and the KV cache are as last said', () => {
  const meter = new LiveMeter()
  const row = { timeMs: 0, phase: 'during', trial: 0 }
  meter.add(3, 100)
  meter.add(4, 50)
  meter.addServerRows([
    { ...row, metric: 'kvUsageShare', value: 0.41 },
    { ...row, metric: 'running', value: 4 },
  ])
  expect(meter.read()).toEqual({ inFlight: 4, events: 150, kvUsageShare: 0.41 })
  expect(meter.read()).toEqual({ inFlight: 4, events: 0, kvUsageShare: 0.41 })
  meter.addServerRows([{ ...row, metric: 'kvUsageShare', value: Number.NaN }])
  expect(meter.read().kvUsageShare).toBeNull()
})

test('two serving cards draw their power together, and the warmer one is shown', () => {
  const newest = new Map([
    ['a', gpuRow(1000, { uuid: 'a', powerW: 300, memoryUsedMiB: 1000, temperatureC: 60 })],
    ['b', gpuRow(1000, { uuid: 'b', powerW: 200, memoryUsedMiB: null, temperatureC: 70 })],
    ['idle', gpuRow(1000, { uuid: 'idle', powerW: 30, temperatureC: 90 })],
  ])
  expect(cardsNow(newest, ['a', 'b'], 2000)).toEqual({ powerW: 500, memoryMiB: null, temperatureC: 70 })
})

test('a card without a fresh sample is not known', () => {
  const nothing = { powerW: null, memoryMiB: null, temperatureC: null }
  const newest = new Map([['a', gpuRow(1000, { uuid: 'a' })]])
  expect(cardsNow(newest, ['a'], 20_000)).toEqual(nothing)
  expect(cardsNow(newest, ['a', 'b'], 1000)).toEqual(nothing)
  expect(cardsNow(newest, [], 1000)).toEqual(nothing)
})
