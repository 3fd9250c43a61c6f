import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startJsonProgram } from './json-program.ts'
import { askPython } from './python-facts.ts'

/** Programs of Node in the place of those in Python: what they print, how they end, and who ends them. */
const folder = mkdtempSync(join(tmpdir(), 'json-program-'))
const never = new AbortController().signal
const start = (script: string, over: { readonly signal?: AbortSignal; readonly untilReady?: boolean } = {}) =>
  startJsonProgram([process.execPath, '-e', script], {
    isReady: (line) => line['ready'] === true,
    gpus: [],
    signal: never,
    ...over,
  })
const READY = 'console.log("not json"); console.log(JSON.stringify({ ready: true, port: 7 }));'

test('is ready with its first line that says so, and ends by itself', async () => {
  const program = await start(READY)
  expect(await program.ready).toEqual({ ready: true, port: 7 })
  expect(await program.ended).toMatchObject({ code: 0 })
})

test('what it says of its failure is the reason, not its last line on stderr', async () => {
  const program = await start(
    'console.log(JSON.stringify({ error: "torch sees no card" })); console.error("x"); process.exit(1)',
  )
  await expect(program.ready).rejects.toThrow(/torch sees no card/)
  expect((await program.ended).stderrTail).toBe('torch sees no card')
})

test('to stop what has ended waits for nothing', async () => {
  const program = await start(READY)
  await program.ended
  const timers = vi.spyOn(globalThis, 'setTimeout')
  program.stop()
  expect(timers).not.toHaveBeenCalled()
  timers.mockRestore()
})

test('a program that is not there is one line', async () => {
  const program = await startJsonProgram(['/nope/python', 'x.py'], { isReady: () => true, gpus: [], signal: never })
  await expect(program.ready).rejects.toThrow(/x\.py: .*ENOENT/)
})

test('the signal ends it; with untilReady only before it is ready', async () => {
  const stop = new AbortController()
  const lives = `${READY} setInterval(() => {}, 1000)`
  const [bound, server] = [
    await start(lives, { signal: stop.signal }),
    await start(lives, { signal: stop.signal, untilReady: true }),
  ]
  await Promise.all([bound.ready, server.ready])
  stop.abort()
  expect(await bound.ended).toMatchObject({ signal: 'SIGTERM' })
  server.kill()
  expect(await server.ended).toMatchObject({ signal: 'SIGKILL' })
})

test('a Python is asked for its packages and its card; one that cannot answer says why', async () => {
  const python = join(folder, 'python')
  const facts = {
    version: '3.12',
    torch: '2.9',
    transformers: null,
    device: 'H100\u001b[31m',
    memoryMiB: 80_000,
    configs: { tiny: {} },
  }
  writeFileSync(python, `#!/bin/sh\necho noise\necho '${JSON.stringify(facts)}'\n`)
  chmodSync(python, 0o755)
  const found = await askPython(python, process.env, never)
  expect(found).toMatchObject({
    torch: '2.9',
    transformers: null,
    peft: null,
    memoryMiB: 80_000,
    configs: { tiny: {} },
  })
  expect(JSON.stringify(found)).not.toContain('u001b')
  writeFileSync(python, '#!/bin/sh\necho "ImportError: no" >&2\nexit 1\n')
  expect(await askPython(python, process.env, never)).toMatch(/python: ImportError: no$/)
  expect(await askPython(join(folder, 'none'), process.env, never)).toMatch(/ENOENT/)
})

test('an interrupt ends the Python that is asked', async () => {
  const python = join(folder, 'slow-python')
  writeFileSync(python, '#!/bin/sh\nexec sleep 100\n')
  chmodSync(python, 0o755)
  const stop = new AbortController()
  const asked = askPython(python, process.env, stop.signal)
  stop.abort()
  expect(await asked).toMatch(/slow-python: it was stopped: the proof was interrupted$/)
})
