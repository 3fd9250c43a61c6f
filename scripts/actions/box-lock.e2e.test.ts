import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockFolder } from '../../harness/box/folder-lock.ts'
import { launchBox, type RunningBox } from '../../harness/simulator/box/launch-box.ts'

const tsx = import.meta.resolve('tsx')
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
let box: RunningBox
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 1 })
})
afterAll(() => box.stop())

test('a second box in one folder ends before it writes anything', { timeout: 120_000 }, async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-lock-'))
  const unlock = lockFolder(out)
  const args = ['--import', tsx, cli, 'box', '--out', out, '--nvidia-smi', box.nvidiaSmi]
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, args, (error, _, text) => resolve({ code: error?.code, stderr: text }))
  })
  expect(code, stderr).toBe(3)
  expect(stderr).toContain(`${out} is in use: its process ${process.pid} runs; wait for it, or choose another --out`)
  expect(readdirSync(out)).toEqual(['box.lock'])
  unlock()
})
