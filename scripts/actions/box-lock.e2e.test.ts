import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockFolder } from '../../harness/box/folder-lock.ts'
import { launchBox, type RunningBox } from '../../harness/simulator/box/launch-box.ts'
import { runCli } from '../../harness/testing/run-cli.ts'

let box: RunningBox
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 1 })
})
afterAll(() => box.stop())

test('a second box in one folder ends before it writes anything', { timeout: 120_000 }, async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-lock-'))
  const unlock = lockFolder(out)
  const { code, stderr } = await runCli(['box', '--out', out, '--nvidia-smi', box.nvidiaSmi])
  expect(code, stderr).toBe(3)
  expect(stderr).toContain(`${out} is in use: its process ${process.pid} runs; wait for it, or choose another --out`)
  expect(readdirSync(out)).toEqual(['box.lock'])
  unlock()
})
