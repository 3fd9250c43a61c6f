import { expect, test } from 'vitest'
import type { Tick } from '../../harness/run/progress.ts'
import { laneProgress } from './lane-progress.ts'

const tick: Tick = {
  label: 'trial 1',
  elapsedMs: 1000,
  totalMs: 60_000,
  inFlight: 8,
  eventsPerS: 900,
  powerW: 300,
  memoryMiB: null,
}

function shown(isTTY: boolean) {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  return { progress: laneProgress({ isTTY, color: false, write }), text: () => text }
}

test('in a log the lines of each card begin with it', () => {
  const { progress, text } = shown(false)
  const [first, second] = [progress.lane('GPU 0: '), progress.lane('GPU 1: ')]
  first.tick(tick)
  second.tick({ ...tick, label: 'warm-up', totalMs: 5000 })
  first.tick(tick)
  second.warn('the disk is slow')
  expect(text()).toBe('GPU 0: trial 1: 60 s of load\nGPU 1: warm-up: 5 s of load\nGPU 1: warning: the disk is slow\n')
})

test('on a terminal they share one live line, which loses a card whose run has ended', () => {
  const { progress, text } = shown(true)
  progress.lane('GPU 0: ').tick(tick)
  progress.lane('GPU 1: ').tick(tick)
  const state = 'trial 1 1/60 s, 8 in flight, ~900 tokens/s, 300 W'
  expect(text().endsWith(`\r\u001b[2K  GPU 0: ${state}  |  GPU 1: ${state}`)).toBe(true)
  progress.ended('GPU 0: ')
  progress.lane('GPU 1: ').tick(tick)
  expect(text().endsWith(`\r\u001b[2K  GPU 1: ${state}`)).toBe(true)
  progress.line('GPU 0: done')
  expect(text().endsWith('\r\u001b[2KGPU 0: done\n')).toBe(true)
  progress.lane('GPU 1: ').note('waiting')
  expect(text().endsWith('\r\u001b[2KGPU 1: waiting\n')).toBe(true)
})

test('with one card the lines are those of a single run', () => {
  const { progress, text } = shown(false)
  progress.lane('').tick(tick)
  expect(text()).toBe('trial 1: 60 s of load\n')
})
