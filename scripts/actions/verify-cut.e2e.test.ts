import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { runCli } from '../../harness/testing/run-cli.ts'
import { projectRoot } from '../support/tool-info.ts'
import { bundle } from './bundle.ts'

/** `verify` as a process on a bundle whose download ended early: one answer, exit code 1, and nothing left behind. */
const folder = mkdtempSync(join(tmpdir(), 'verify-cut-'))
const whole = join(folder, 'bundle.tar')
let bytes: Buffer
beforeAll(async () => {
  const runs = join(projectRoot, 'reports/examples/runs')
  const [first = ''] = readdirSync(runs)
  const stderr = { isTTY: false, color: false, write: () => true }
  await bundle([join(runs, first)], { out: whole }, { stdout() {}, stderr, env: {}, columns: null, color: false })
  bytes = readFileSync(whole)
})

const verified = (path: string, temporary: string) => runCli(['verify', path], { env: { TMPDIR: temporary } })

test.each([
  ['512 bytes', () => 512],
  ['513 bytes', () => 513],
  ['1024 bytes', () => 1024],
  ['20000 bytes', () => 20_000],
  ['half of it', () => bytes.length >> 1],
])('after %s', async (_, lengthOf) => {
  const length = lengthOf()
  const path = join(folder, `cut-${length}.tar`)
  const temporary = join(folder, `temporary-${length}`)
  mkdirSync(temporary)
  writeFileSync(path, bytes.subarray(0, length))
  const { code, stdout, stderr } = await verified(path, temporary)
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(/^NOT VERIFIED \(1\): .*\n {2}.*\n$/)
  expect(readdirSync(temporary)).toEqual([])
})

test('whose end mark is missing is not verified, and its runs are', async () => {
  const path = join(folder, 'no-end.tar')
  const temporary = join(folder, 'temporary-no-end')
  mkdirSync(temporary)
  writeFileSync(path, bytes.subarray(0, bytes.length - 512))
  const { code, stdout } = await verified(path, temporary)
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/^NOT VERIFIED \(1\): .*\n {2}.*cut off at its end\nverified: /),
  ])
  expect(readdirSync(temporary)).toEqual([])
})
