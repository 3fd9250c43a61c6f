import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogueNames } from '../../../harness/catalogue/find.ts'
import { loadScenarios } from '../../../harness/scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../../../harness/simulator/launch.ts'
import { runCli } from '../../../harness/testing/run-cli.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { firstScenario } from '../../init/first-scenario.ts'

/** `init` beside a running server: both files are there, and the scenario can be measured. */
const folder = mkdtempSync(join(tmpdir(), 'init-'))
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
})
afterAll(async () => {
  await simulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the server, its model and the cards are found; nothing is replaced', async () => {
  const words = ['init', '--endpoint', simulator.url, '--for', 'documents', '--nvidia-smi', simulator.nvidiaSmi]
  const { code, stdout, stderr } = await runCli(words, { cwd: folder })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('wrote joulemark.yaml: RTX 4090')
  expect(stdout).toMatch(new RegExp(`^Next: .* run documents\\.yaml --endpoint ${simulator.url} +measures it$`, 'm'))
  const file = join(folder, 'documents.yaml')
  const [scenario] = await loadScenarios([file], catalogueNames)
  expect(scenario).toMatchObject({ model: 'llama-3.1-8b-instruct-fp8', prompt: { tokens: 4096 } })
  const before = readFileSync(file, 'utf8')
  expect(await runCli(words, { cwd: folder })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('documents.yaml: exists already, and is not replaced'),
  })
  expect(readFileSync(file, 'utf8')).toBe(before)
})

test('a person at a terminal is asked what for, again after an answer that is none', async () => {
  const { io, said } = saidIo()
  const answers = ['seven', '3']
  const made = await firstScenario({ endpoint: simulator.url }, { ...io, ask: async () => answers.shift() ?? '' })
  expect(made).toMatchObject({ purpose: 'batch', endpoint: simulator.url })
  expect(said.stderr).toMatch(/What is Llama 3\.1 8B.* for\?\n {2}1 {2}chat/)
  expect(said.stderr).toContain('expected a number from 1 to 4')
})

test('a server that was named and is not there is an error; without a name it is a line', async () => {
  await expect(firstScenario({ endpoint: 'http://127.0.0.1:9' }, saidIo().io)).rejects.toThrow('cannot be reached')
})
