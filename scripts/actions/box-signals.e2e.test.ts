import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchSimulator, type RunningSimulator } from '../../harness/simulator/launch.ts'
import { type FakeDocker, fakeDocker } from '../../harness/testing/fake-docker.ts'

/** `box` whose server never becomes ready: what signals do to it, and to its container. */
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'none' })
})
afterAll(() => simulator.stop())

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Night {
  readonly child: ChildProcess
  readonly docker: FakeDocker
  readonly out: string
  readonly log: () => string
}

/** Starts `box` and waits until the container of its first scenario is up. */
async function night(): Promise<Night> {
  const docker = fakeDocker({ log: 'Loading weights\n', exitCode: null, hangs: true })
  const out = mkdtempSync(join(tmpdir(), 'box-signals-'))
  const flags = ['--suite', 'llama-3.1-8b-fp8-single', '--force', '--out', out, '--port', String(await freePort())]
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', cli, 'box', ...flags, '--nvidia-smi', simulator.nvidiaSmi],
    {
      stdio: 'ignore',
      env: { ...process.env, ...docker.env },
    },
  )
  await expect.poll(() => docker.isUp()).toBe(true)
  const path = join(out, 'box.log')
  return { child, docker, out, log: () => (existsSync(path) ? readFileSync(path, 'utf8') : '') }
}

test('a lost terminal does not end it; a later SIGTERM does, and the container is removed', async () => {
  const { child, docker, log, out } = await night()
  expect(log()).toContain(
    `safe to disconnect: this goes on without its terminal; to follow it: joulemark box --follow --out ${out}`,
  )
  for (let sent = 0; sent < 3; sent += 1) child.kill('SIGHUP')
  await expect.poll(log).toContain('the terminal is gone; this goes on')
  expect([child.exitCode, child.signalCode, docker.isUp()]).toEqual([null, null, true])
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(130)
  expect(docker.isUp()).toBe(false)
  expect(log()).toMatch(/\n--- ended with exit code 130\n$/)
})

test('kill -9 leaves no container: a guard removes it', async () => {
  const { child, docker } = await night()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await expect.poll(() => docker.isUp()).toBe(false)
})
