import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ACCEPTANCE_FILE } from '../../harness/record/acceptance-file.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { fakeDocker } from '../../harness/testing/fake-docker.ts'
import { freePort } from '../../harness/testing/free-ports.ts'
import { type CliEnd, runCli } from '../../harness/testing/run-cli.ts'
import { shortProbes } from '../../harness/testing/short-batch.ts'

/** `box` from its command line to its verdict, on simulated cards behind a `docker` that passes requests on to them. */

interface Night extends CliEnd {
  readonly out: string
}

async function night(
  seed: number,
  weak: { readonly bandwidthShare?: number; readonly clockShare?: number },
): Promise<Night> {
  const simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8', seed, ...weak })
  const docker = fakeDocker({ log: 'ready\n', exitCode: null, serves: Number(new URL(simulator.url).port) })
  const out = mkdtempSync(join(tmpdir(), 'box-night-'))
  const probes = shortProbes(mkdtempSync(join(tmpdir(), 'box-probes-')))
  const port = String(await freePort())
  const args = ['box', '--suite', ...probes, '--out', out, '--port', port, '--force', '--verbose']
  const env = {
    JOULEMARK_NVIDIA_SMI: simulator.nvidiaSmi,
    PATH: `${docker.env['PATH']}:${process.env['PATH']}`,
  }
  try {
    return { ...(await runCli(args, { env })), out }
  } finally {
    await simulator.stop()
  }
}

/** The line of a figure among the details. */
const lineOf = ({ stdout }: Night, label: string): string =>
  stdout.split('\n').find((line) => line.startsWith('  would') && line.includes(`memory-probe, ${label}`)) ?? ''

test('on its first night a card without a fifth of its memory bandwidth would be rejected by the probe', {
  timeout: 900_000,
}, async () => {
  const weak = await night(12, { bandwidthShare: 0.8 })
  expect(weak.stderr).toMatch(/RTX 4090: \d+ scenarios?, 1 server start, at most/)
  // simulated figures prove nothing: never accepted, and no verdict for later servers
  expect(weak, weak.stderr).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^NOT MEASURED \(SIMULATED; a real server would be rejected\): RTX 4090 in /),
  })
  const [run] = readdirSync(weak.out).filter((name) => name.includes('memory-probe'))
  expect(existsSync(join(weak.out, run!, 'run.json'))).toBe(true)
  expect(existsSync(join(weak.out, run!, ACCEPTANCE_FILE))).toBe(false)
  expect(lineOf(weak, 'Memory bandwidth')).toMatch(/^ {2}would fail .* GB\/s, \d+ to 1008 \(predicted for rtx-4090\)$/)
  const document = JSON.parse(readFileSync(join(weak.out, 'box-result.json'), 'utf8'))
  expect(document).toMatchObject({ verdict: 'not-measured', wouldBe: 'rejected' })
})
