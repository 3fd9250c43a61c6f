import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAsFound, startTuning } from '../../testing/killed-tuning.ts'
import { makeSettableSmi } from '../../testing/settable-nvidia-smi.ts'
import { restoreFolder } from './restore-folder.ts'

const POLL = { timeout: 20_000, interval: 50 }
const rootHere = (): string => mkdtempSync(join(tmpdir(), 'restore-'))
const kill = (pid: number | undefined, signal: NodeJS.Signals): void => void process.kill(pid as number, signal)

test('a tuning that ends gives its cards back and says so in its note', async () => {
  const root = rootHere()
  const smi = makeSettableSmi(root, 2)
  const tuning = startTuning(root, smi, 1, 0)
  await tuning.ended
  expect(tuning.lines.at(-1)).toBe('restored')
  expect(isAsFound(smi)).toBe(true)
  expect(tuning.note()).toMatchObject({ endedBy: 'tune', cards: [{ end: 'given-back' }, { end: 'given-back' }] })
  // the last limit was another one
  expect(smi.writes().filter((line) => line.includes('-pl 600'))).toHaveLength(2)
})

describe('the watchdog gives the cards back', () => {
  test.each([
    ['kill -9 of its process group', 'SIGKILL'],
    ['a closed terminal', 'SIGHUP'],
  ] as const)('after %s', async (_, signal) => {
    const root = rootHere()
    const smi = makeSettableSmi(root)
    const tuning = startTuning(root, smi, 1000, 5)
    await tuning.said('applied')
    kill(-(tuning.child.pid as number), signal)
    await tuning.ended
    await expect.poll(() => tuning.note()?.endedBy, POLL).toBe('watchdog')
    expect(isAsFound(smi)).toBe(true)
  })

  test('after a write that was under way when the tuning was killed', async () => {
    const root = rootHere()
    // the write of 300 W ends after the kill: what is given back must come after it
    const smi = makeSettableSmi(root, 1, { writeS: 0.5 })
    const tuning = startTuning(root, smi, 1, 0)
    await expect.poll(() => tuning.note()?.cards[0]?.limitsSetW, POLL).toEqual([300])
    kill(tuning.child.pid, 'SIGKILL')
    await expect.poll(() => tuning.note()?.endedBy, POLL).toBe('watchdog')
    expect(isAsFound(smi)).toBe(true)
    expect(smi.writes().at(-1)).toContain('-pl 400')
  })
})

test('a tuning whose watchdog was killed gives its cards back itself, and sets nothing more', async () => {
  const root = rootHere()
  const smi = makeSettableSmi(root)
  const tuning = startTuning(root, smi, 1000, 5)
  await tuning.said('applied')
  kill(tuning.note()?.watchdog.pid, 'SIGKILL')
  expect(await tuning.said('failed')).toMatch(/^failed: the process that watches over the cards (?:has )?ended/)
  await tuning.ended
  expect(isAsFound(smi)).toBe(true)
  expect(tuning.note()?.endedBy).toBe('tune')
})

test('tune --restore finishes where both were killed, once or twice at the same time; no other tuning takes the cards before', async () => {
  const root = rootHere()
  const smi = makeSettableSmi(root, 2)
  const tuning = startTuning(root, smi, 1000, 5)
  // both a limit and a clock were set
  await expect.poll(() => tuning.lines.length, POLL).toBeGreaterThan(2)
  await expect(restoreFolder(tuning.folder)).rejects.toThrow(/the tuning goes on: its process \d+ runs; stop it/)
  const other = startTuning(join(root, 'other'), smi, 1, 0)
  expect(await other.said('failed')).toMatch(/GPU-.* is being tuned: its process \d+ runs/)
  expect(other.note()).toBeNull()

  kill(tuning.note()?.watchdog.pid, 'SIGKILL')
  kill(tuning.child.pid, 'SIGKILL')
  await tuning.ended
  for (const uuid of smi.uuids) smi.put(uuid, { limitW: '250.00', lock: '1500,1500' })

  const second = startTuning(join(root, 'second'), smi, 1, 0)
  expect(await second.said('failed')).toMatch(
    new RegExp(`was not given back by an earlier tuning .*; first run joulemark tune --restore ${tuning.folder}`),
  )
  const ends = await Promise.all([restoreFolder(tuning.folder), restoreFolder(tuning.folder)])
  expect(ends.map(({ isDone }) => isDone)).toEqual([true, true])
  expect(isAsFound(smi)).toBe(true)
  expect(await restoreFolder(tuning.folder)).toMatchObject({
    isDone: true,
    said: [expect.stringMatching(/^nothing to do/), ...Array(2).fill(expect.anything())],
  })
})

test('without rights nothing is changed, and no note is left', async () => {
  const root = rootHere()
  const smi = makeSettableSmi(root, 1, { isForbidden: true })
  const tuning = startTuning(root, smi, 1, 0)
  expect(await tuning.said('failed')).toMatch(/-i GPU-\S+ -pl 400` answered: Failed to set power management limit/)
  await tuning.ended
  expect(smi.writes()).toEqual([])
  expect(tuning.note()).toBeNull()
})

test('a folder without a note is bad input', async () => {
  await expect(restoreFolder(rootHere())).rejects.toMatchObject({ code: 'bad-input' })
})
