import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { proofSchema } from '../../../harness/record/schema/proof.ts'
import { makeFakeNvidiaSmi } from '../../../harness/testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../../harness/testing/fake-nvidia-smi-cards.ts'
import { runCli } from '../../../harness/testing/run-cli.ts'

/** The command as a person starts it: on the simulator with so little time that steps must be left out, and on a bare machine. */
const folder = mkdtempSync(join(tmpdir(), 'prove-'))
const filesOf = (out: string): { readonly at: string; readonly names: string[] } => {
  const [stamp = ''] = readdirSync(out)
  return { at: join(out, stamp), names: readdirSync(join(out, stamp)).toSorted() }
}

test('a rehearsal in half a minute skips what does not fit, says so, and its bundle verifies', async () => {
  const out = join(folder, 'simulated')
  const flags = ['--simulate', 'rtx-4090', '--quick', '--minutes', '0.6', '--no-progress', '--json', '--out', out]
  const { code, stdout } = await runCli(['prove', ...flags])
  const proof = proofSchema.parse(JSON.parse(stdout))
  expect(code).toBe(0)
  expect(proof.source).toBe('simulated')
  expect(proof.steps.find(({ id }) => id === 'sensor')).toMatchObject({ status: 'skipped' })
  const ofCard = proof.claims.filter(({ about }) => about === 'card')
  expect(ofCard.every(({ status }) => status === 'not-proved')).toBe(true)
  expect(proof.claims.find(({ id }) => id === 'records')?.status).toBe('proved')
  const { at, names } = filesOf(out)
  expect(names).toEqual(
    expect.arrayContaining(['bundle.tar', 'doctor.json', 'proof.html', 'proof.json', 'proof.md', 'runs']),
  )
  expect(readFileSync(join(at, 'proof.html'), 'utf8')).toContain('SIMULATED')
  expect((await runCli(['verify', join(at, 'bundle.tar')])).code).toBe(0)
})

test('without a card and without torch nothing can be measured: the page says why, exit code 3', async () => {
  const out = join(folder, 'bare')
  const flags = ['--python', join(folder, 'no-python'), '--nvidia-smi', join(folder, 'no-smi'), '--out', out]
  const { code, stdout } = await runCli(['prove', ...flags])
  expect(code).toBe(3)
  expect(stdout).toContain('0 proved, 11 not proved, 0 contradicted')
  expect(readFileSync(join(filesOf(out).at, 'proof.md'), 'utf8')).toMatch(/no-python.*ENOENT/)
})

test('programs run on the card that is measured, by its UUID; a card that is not there is refused', async () => {
  const cards = await fakeBox('two-rtx-4090-590')
  const nvidiaSmi = makeFakeNvidiaSmi(join(folder, 'two-cards'), cards)
  const second = String(cards.gpus[1]?.values['uuid'])
  const python = join(folder, 'stand-in-python')
  const facts = '{"version": "3.12", "torch": "2.9", "device": "\'$(echo $CUDA_VISIBLE_DEVICES | cut -d - -f 2)\'"}'
  writeFileSync(python, `#!/bin/sh\necho '${facts}'\n`)
  chmodSync(python, 0o755)
  const out = join(folder, 'second-card')
  const flags = ['--quick', '--minutes', '2.5', '--python', python, '--nvidia-smi', nvidiaSmi, '--json', '--out', out]
  const on = (named: string) => runCli(['prove', ...flags], { env: { CUDA_VISIBLE_DEVICES: named } })
  const { stdout } = await on('1')
  expect(proofSchema.parse(JSON.parse(stdout)).python?.device).toBe(second.split('-')[1])
  const refused = await on('7')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/CUDA_VISIBLE_DEVICES=7 names no card/)])
})

test('flags that contradict each other are one line', async () => {
  const { code, stderr } = await runCli(['prove', '--simulate', 'rtx-4090', '--nvidia-smi', 'x'])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--simulate and --nvidia-smi exclude each other/)])
})
