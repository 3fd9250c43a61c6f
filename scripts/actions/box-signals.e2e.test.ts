import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBox, type RunningBox } from '../../harness/simulator/box/launch-box.ts'
import { freePort } from '../../harness/testing/free-ports.ts'
import { cliWords } from '../../harness/testing/run-cli.ts'

/** `box` whose server never becomes ready: what signals do to it, and to its container. */
let box: RunningBox
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 1, startMs: 3_600_000 })
})
afterAll(() => box.stop())

/** Whether a container of a server is there. */
const isUp = (): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(join(box.folder, 'docker'), ['ps', '--all', '--quiet'], (_, stdout) => resolve(stdout.trim() !== ''))
  })

interface Night {
  readonly child: ChildProcess
  readonly out: string
  readonly log: () => string
}

/** Starts `box` and waits until the container of its first server is up. */
async function night(): Promise<Night> {
  const out = mkdtempSync(join(tmpdir(), 'box-signals-'))
  const flags = ['--suite', 'llama-3.1-8b-fp8-single', '--force', '--out', out, '--port', String(await freePort())]
  const child = spawn(process.execPath, cliWords('box', ...flags, '--nvidia-smi', box.nvidiaSmi), {
    stdio: 'ignore',
    env: { ...process.env, PATH: box.path },
  })
  const path = join(out, 'box.log')
  const log = () => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  // the container of the probe comes before, and ends by itself
  await expect.poll(log, { timeout: 120_000 }).toContain(': starting the program')
  await expect.poll(isUp).toBe(true)
  return { child, out, log }
}

test('a lost terminal does not end it; a later SIGTERM does, and the container is removed', {
  timeout: 240_000,
}, async () => {
  const { child, log, out } = await night()
  expect(log()).toContain(
    `safe to disconnect: this goes on without its terminal; to follow it: joulemark box --follow --out ${out}`,
  )
  for (let sent = 0; sent < 3; sent += 1) child.kill('SIGHUP')
  await expect.poll(log).toContain('the terminal is gone; this goes on')
  expect([child.exitCode, child.signalCode, await isUp()]).toEqual([null, null, true])
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(130)
  expect(await isUp()).toBe(false)
  expect(log()).toMatch(/\n--- ended with exit code 130\n$/)
})

test('kill -9 leaves no container: a guard removes it', { timeout: 240_000 }, async () => {
  const { child } = await night()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await expect.poll(isUp, { timeout: 60_000 }).toBe(false)
})
