import { afterEach, expect, test, vi } from 'vitest'
import { type OnHangUp, runInterrupts, type Starter, serverInterrupts, watchInterrupts } from './interrupts.ts'

/** Signals are given to the handlers of this process; none is sent. */
function watched(words = runInterrupts, onHangUp: OnHangUp = 'end', starter?: Starter) {
  const said: string[] = []
  const stderr = { isTTY: false, color: false, write: (text: string) => void said.push(text.trim()) }
  const interrupts = watchInterrupts({ stderr }, words, onHangUp, starter)
  return { said, interrupts, state: () => [interrupts.drain.aborted, interrupts.abort.aborted] }
}
afterEach(() => vi.restoreAllMocks())

test.each(['SIGINT', 'SIGTERM'] as const)('%s: first an orderly end, then a quick one, then none', (signal) => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)
  const { said, interrupts, state } = watched()
  process.emit(signal)
  expect(state()).toEqual([true, false])
  process.emit(signal)
  expect(state()).toEqual([true, true])
  expect(said).toEqual([runInterrupts.first, runInterrupts.second])
  expect(exit).not.toHaveBeenCalled()
  process.emit(signal)
  expect(exit).toHaveBeenCalledWith(130)
  interrupts.unwatch()
})

test('a lost terminal is one orderly end, however often it is reported: the kernel and the shell both send SIGHUP', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)
  const { said, interrupts, state } = watched()
  for (let sent = 0; sent < 4; sent += 1) process.emit('SIGHUP')
  expect(state()).toEqual([true, false])
  process.emit('SIGINT')
  process.emit('SIGHUP')
  expect(state()).toEqual([true, true])
  expect(said).toEqual([runInterrupts.first, runInterrupts.second])
  expect(exit).not.toHaveBeenCalled()
  interrupts.unwatch()
})

test('a run that goes on without its terminal says so once, and still ends by the other signals', () => {
  const { said, interrupts, state } = watched(runInterrupts, { goOn: 'the terminal is gone' })
  process.emit('SIGHUP')
  process.emit('SIGHUP')
  expect(state()).toEqual([false, false])
  process.emit('SIGTERM')
  expect(state()).toEqual([true, false])
  expect(said).toEqual(['the terminal is gone', runInterrupts.first])
  interrupts.unwatch()
})

test.each([
  ['npm that was killed or hung up is a lost terminal, once', true, [true, false]],
  ['the end of a shell that started this in the background is none', false, [false, false]],
] as const)('%s', (_, isNpm, expected) => {
  vi.useFakeTimers()
  let pid = 4242
  const { said, interrupts, state } = watched(runInterrupts, 'end', { isNpm, pid: () => pid })
  vi.advanceTimersByTime(5000)
  expect(state()).toEqual([false, false])
  pid = 1
  vi.advanceTimersByTime(5000)
  expect(state()).toEqual(expected)
  expect(said).toHaveLength(isNpm ? 1 : 0)
  interrupts.unwatch()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('a server has its own words, and signals count whichever they are', () => {
  const { said, interrupts, state } = watched(serverInterrupts)
  process.emit('SIGHUP')
  process.emit('SIGINT')
  expect(state()).toEqual([true, true])
  expect(said).toEqual([serverInterrupts.first, serverInterrupts.second])
  interrupts.unwatch()
})

test('after unwatch nothing listens any more', () => {
  const before = process.listenerCount('SIGHUP')
  const { interrupts, said } = watched()
  interrupts.unwatch()
  expect(process.listenerCount('SIGHUP')).toBe(before)
  process.emit('SIGHUP')
  expect(said).toEqual([])
})
