import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boxStatePath } from '../../harness/box/state.ts'
import { launchBox, type RunningBox } from '../../harness/simulator/box/launch-box.ts'
import { type CliEnd, runCli } from '../../harness/testing/run-cli.ts'

/** `box` on a server on which one cause keeps everything from being measured: no engine on PATH. */
let box: RunningBox
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 2 })
})
afterAll(() => box.stop())

async function night(
  flags: readonly string[],
  over: NodeJS.ProcessEnv = {},
): Promise<CliEnd & { readonly out: string }> {
  const out = mkdtempSync(join(tmpdir(), 'box-none-'))
  const args = ['box', '--out', out, '--nvidia-smi', box.nvidiaSmi, ...flags]
  return { ...(await runCli(args, { env: { PATH: mkdtempSync(join(tmpdir(), 'empty-path-')), ...over } })), out }
}

test('the preflight ends the night with that cause and exit code 3, and nothing is started', {
  timeout: 120_000,
}, async () => {
  const { code, stdout } = await night([])
  expect(code, stdout).toBe(3)
  expect(stdout).toMatch(/^NOT MEASURED: 2 x RTX 4090\n {2}.*docker/)
  expect(stdout).not.toMatch(/ACCEPTED|REJECTED/)
})

test('with --json it is one document, and --force does not make up for an engine', { timeout: 120_000 }, async () => {
  const { code, stdout, out } = await night(['--json', '--force'])
  expect(code, stdout).toBe(3)
  const document = JSON.parse(stdout)
  expect(document).toMatchObject({ verdict: 'not-measured', cards: [{ verdict: 'not-measured' }, {}], records: [] })
  expect(document.reasons[0].what).toContain('no-docker')
  // a new night begins with an empty state, so that a later --resume has nothing of an old one
  expect(JSON.parse(readFileSync(boxStatePath(out), 'utf8')).steps).toEqual([])
})

test('a signing key that is named and not there is one line, before anything is written', {
  timeout: 120_000,
}, async () => {
  const key = join(tmpdir(), 'no-such-key.pem')
  const { code, stderr, out } = await night([], { JOULEMARK_KEY: key })
  expect(code).toBe(2)
  expect(stderr).toMatch(new RegExp(`^\\S*${key}: the signing key cannot be read: .*\n$`))
  expect(readdirSync(out)).toEqual([])
})
