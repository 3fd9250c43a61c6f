import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkSeal } from '../../harness/evidence/check-seal.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { type ImageServer, startImageServer } from '../../harness/testing/image-server.ts'
import { runCli } from '../../harness/testing/run-cli.ts'

/** The key of a user who never made one, from the command line of `run`. */
let server: ImageServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const folder = () => mkdtempSync(join(tmpdir(), 'first-key-'))

function scenario(text: string): string {
  const file = join(folder(), 'small.yaml')
  writeFileSync(file, `name: small\ntitle: A small load\n${text}`)
  return file
}

async function joulemark(home: string, ...words: string[]) {
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config') }
  const { code, stderr } = await runCli(['run', ...words, '--no-gpu'], { env })
  expect(code, stderr).toBe(0)
  return stderr
}

test('the first live run makes a key, says where, and signs its record', async () => {
  server = await startImageServer('stabilityai/stable-diffusion-xl-base-1.0', 0.02)
  const [home, out] = [folder(), folder()]
  const file = scenario(`kind: image
model: sdxl
load: { shape: closed, concurrency: 1 }
image: { size: 64x64, steps: 1, guidance: 5, batch: 1 }
trial: { seconds: 1, warmupSeconds: 0.1, quietSeconds: 0.8 }
certainty: { target: 50%, minTrials: 1, maxTrials: 1 }
`)
  const key = join(home, '.config', 'joulemark', 'signing-key.pem')
  const said = await joulemark(home, file, '--endpoint', server.url, '--out', out)
  expect(said.match(/signing key made: .*/g)).toEqual([
    `signing key made: ${key}; the runs of this user are signed from now on`,
  ])
  expect(said).not.toContain('there is no key to sign with')
  expect(statSync(key).mode & 0o777).toBe(0o600)
  const [name = ''] = readdirSync(out)
  const seal = await checkSeal(join(out, name))
  expect([seal.problems, seal.signedBy]).toEqual([[], expect.stringMatching(/^[0-9a-f]{64}$/)])
  expect(JSON.parse(readFileSync(join(out, name, 'run.json'), 'utf8'))).toMatchObject({
    source: 'live',
    chain: { place: 1 },
  })
})

test('a simulated run makes none', async () => {
  const simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  try {
    const home = folder()
    const file = scenario(`kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 1 }
prompt: { tokens: 64 }
output: { tokens: 16 }
trial: { seconds: 1, warmupSeconds: 0.1, quietSeconds: 0.8 }
certainty: { target: 50%, minTrials: 1, maxTrials: 1 }
`)
    await joulemark(home, file, '--endpoint', simulator.url, '--out', folder(), '--skip-calibration')
    expect(existsSync(join(home, '.config', 'joulemark'))).toBe(false)
  } finally {
    await simulator.stop()
  }
})
