import { expect, test } from 'vitest'
import type { StartProgress } from '../../../harness/endpoint/serve/start/phases.ts'
import { startView } from './start-view.ts'

const at = (totalS: number, phase: StartProgress['phase'], over: Partial<StartProgress> = {}): StartProgress => ({
  phase,
  phaseMs: totalS * 500,
  totalMs: totalS * 1000,
  share: null,
  bytes: null,
  ...over,
})

function shown(isTTY: boolean, given: readonly StartProgress[], live = true): string[] {
  const texts: string[] = []
  const view = {
    isTTY,
    color: false,
    ...(isTTY ? { columns: () => 60 } : {}),
    write: (text: string) => texts.push(text),
  }
  const show = startView(view, { name: 'llama', weightsBytes: 9.1e9, live })
  for (const each of given) show(each)
  return texts
}

const night = [
  at(0, 'boot'),
  ...Array.from({ length: 100 }, (_, second) => at(second + 1, 'download', { bytes: second * 10e6 })),
  at(101, 'load', { share: 0.25 }),
  at(120, 'ready'),
]

test('without a terminal a phase is a line as it begins, and every 30 seconds', () => {
  expect(shown(false, night)).toEqual([
    'llama: starting the program, 0 s; 0 s since the start\n',
    'llama: downloading the weights 0 MB of 9.1 GB, 1 s; 1 s since the start\n',
    'llama: downloading the weights 300 MB of 9.1 GB, 16 s; 31 s since the start\n',
    'llama: downloading the weights 600 MB of 9.1 GB, 31 s; 1 min 1 s since the start\n',
    'llama: downloading the weights 900 MB of 9.1 GB, 46 s; 1 min 31 s since the start\n',
    'llama: loading the weights 25 %, 51 s, about 2 min 32 s left; 1 min 41 s since the start\n',
    'llama: ready after 2 min\n',
  ])
})

test('on a terminal the line replaces itself within its width, and each phase leaves one', () => {
  const texts = shown(true, night)
  expect(texts.filter((text) => text.endsWith('\n'))).toHaveLength(4)
  expect(texts.length).toBeGreaterThan(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what clears the line of a terminal
  const live = texts.filter((text) => !text.endsWith('\n')).map((text) => text.replace(/^\r\u001b\[2K/, ''))
  expect(live.every((text) => text.length < 60)).toBe(true)
})

test('several servers that start at once write lines only', () => {
  expect(shown(true, night, false)).toEqual(shown(false, night))
})
