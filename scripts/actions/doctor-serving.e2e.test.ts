import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { exitCodes } from '../../harness/errors.ts'
import type { Check } from '../../harness/telemetry/doctor/check.ts'
import { type FakeStart, fakeDocker } from '../../harness/testing/fake-docker.ts'
import { type FakeHub, fillCache, type HubFaults, startFakeHub } from '../../harness/testing/fake-hub.ts'
import { makeFakeNvidiaSmi } from '../../harness/testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../harness/testing/fake-nvidia-smi-cards.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { type ServingReport, servingReport } from '../box/serving-report.ts'
import { box } from './box.ts'
import { type DoctorFlags, type DoctorHost, doctor } from './doctor.ts'

/** `doctor --serving` on a fake box: a real `docker` program, a real hub and registry over sockets, a real cache folder. */
const notFitted = { state: 'no-koffi', reason: 'not there' } as const
const host: DoctorHost = {
  readText: async () => null,
  runProgram: async (program) => (program === 'timedatectl' ? 'yes\n' : null),
  openCounter: async () => ({ first: notFitted, counter: { read: async () => notFitted, close: () => {} } }),
}
const REPOSITORY = 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'

const hubs: FakeHub[] = []
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.stop()
})

interface Box {
  readonly docker?: Partial<FakeStart>
  readonly hub?: HubFaults
  readonly flags?: DoctorFlags
  readonly env?: NodeJS.ProcessEnv
  /** The weights of the model are in the cache. */
  readonly cached?: boolean
}

/** The machine of a box, and what is printed on it. */
async function boxHere({ docker = {}, hub: faults = {}, env = {}, cached = false }: Box) {
  const hub = await startFakeHub(faults)
  hubs.push(hub)
  const cache = mkdtempSync(join(tmpdir(), 'serving-cache-'))
  if (cached) fillCache(cache, [{ repository: REPOSITORY, files: { 'model.safetensors': 9_084_540_000 } }])
  const engine = fakeDocker({ log: '', exitCode: 0, ...docker })
  const { io, said } = saidIo({
    env: {
      ...process.env,
      ...engine.env,
      JOULEMARK_NVIDIA_SMI: makeFakeNvidiaSmi(mkdtempSync(join(tmpdir(), 'smi-')), await fakeBox('rtx-4090-idle-550')),
      HF_ENDPOINT: hub.url,
      ...env,
    },
  })
  const flags = { suite: ['llama-3.1-8b-fp8-batch32'], port: 0, cache, image: `${hub.host}/vllm/vllm-openai:v1` }
  return { io, said, hub, engine, flags }
}

async function examine(box: Box) {
  const { io, said, hub, engine, flags } = await boxHere(box)
  const code = await doctor({ serving: true, ...flags, ...box.flags }, io, host)
  return { code, stdout: said.stdout, hub, calls: engine.calls() }
}

/** The part on serving, without the rest of the doctor, which takes longer. */
async function serving(box: Box) {
  const { io, hub, engine, flags } = await boxHere(box)
  const report = await servingReport({ ...flags, ...box.flags }, io)
  const checkOf = (id: string): Check | undefined => report.checks.find((check) => check.id === id)
  return { ...report, calls: engine.calls(), hub, checkOf }
}

describe('a box that can serve', () => {
  test('what is downloaded is there for the asking', async () => {
    const { checks, ends, leftOut, checkOf } = await serving({ docker: { withoutImages: true, gpuError: 'unused' } })
    const bad = checks.filter(({ status }) => status === 'fail' || status === 'warn')
    expect([bad, ends, leftOut]).toEqual([[], null, []])
    expect(checkOf('image')?.read).toContain('is in its registry')
    expect(checkOf('weights')?.read).toMatch(/^0 of 1 repositories are in the cache; 9\.1 GB to download, about/)
    // neither the image of the plan is here, nor a small one, and the pull of that fails
    expect(checkOf('gpu-container')).toMatchObject({
      status: 'not-measured',
      read: expect.stringContaining('could not be pulled'),
    })
  })

  test('with its image and its weights nothing is asked of the network but whether the hub is there', async () => {
    const { checks, ends, checkOf, calls, hub } = await serving({ cached: true })
    expect(checks.filter(({ status }) => status !== 'pass').map(({ id }) => id)).toEqual(['hub', 'clock-offset'])
    expect(ends).toBeNull()
    expect(checkOf('gpu-container')?.read).toMatch(/^1 GPU in a container of /)
    const trial = calls.find((words) => words[0] === 'run')
    expect(trial).toEqual(expect.arrayContaining(['--rm', '--gpus', 'all', '--entrypoint', 'nvidia-smi', '-L']))
    expect(hub.asked).toEqual([])
  })
})

describe('what keeps a box from serving', () => {
  test.each([
    [
      'container-engine',
      {
        docker: {
          daemonError:
            'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
        },
      },
      'sudo systemctl start docker',
    ],
    [
      'container-engine',
      {
        docker: {
          daemonError: 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
        },
      },
      'sudo usermod -aG docker $USER',
    ],
    [
      'gpu-container',
      {
        docker: {
          gpuError: 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
        },
      },
      'nvidia-container-toolkit',
    ],
    ['image', { docker: { withoutImages: true }, hub: { registryStatus: 429 } }, 'docker login'],
    ['hub-access', { hub: { gated: { [REPOSITORY]: 'hf_owner' } } }, 'accept the licence'],
    ['hub', { env: { HF_ENDPOINT: 'http://127.0.0.1:9' } }, 'curl'],
  ] as const)('%s', async (id, box, fix) => {
    const { checkOf, ends } = await serving(box)
    expect(checkOf(id)).toMatchObject({ status: 'fail', fix: expect.stringContaining(fix) })
    expect(ends).toContain(fix)
  })

  test('offline without weights: their names, and nothing is asked', async () => {
    const { ends, hub, checkOf } = await serving({ flags: { offline: true } })
    expect(ends).toMatch(/is not in the cache, and the network may not be used \(--offline\); to fix it: hf download/)
    expect([hub.asked, checkOf('hub')?.status]).toEqual([[], 'not-measured'])
    expect((await serving({ flags: { offline: true }, cached: true })).ends).toBeNull()
  })
})

test('as JSON, with exit code 1; a token is in no output', async () => {
  const token = 'hf_abcdefghijklmnopqrstuvwxyz'
  const box: Box = { env: { HF_TOKEN: token }, hub: { token: 'hf_another' }, flags: { json: true } }
  const { stdout, code, hub } = await examine(box)
  const { serving: part } = JSON.parse(stdout) as { serving: ServingReport }
  expect(hub.asked.some(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true)
  expect(part.checks.find(({ id }) => id === 'hub-token')).toMatchObject({
    status: 'warn',
    fix: expect.stringContaining('unset HF_TOKEN'),
  })
  expect([code, part.ends]).toEqual([exitCodes.negativeResult, expect.stringContaining('refuses the token')])
  expect(stdout).not.toContain(token)
})

test('as text: the checks under their heading, and what would be skipped', async () => {
  const { stdout, code } = await examine({
    cached: true,
    flags: { suite: ['llama-3.1-8b-fp8-batch32', 'llama-3.1-70b-fp8-single'] },
  })
  expect(stdout).toContain('\nTo serve llama-3.1-8b-fp8-batch32, llama-3.1-70b-fp8-single:\n')
  expect(stdout).toMatch(/skipped {7}llama-3\.1-70b-fp8-single: 72\.7 GB of weights/)
  expect(code).toBe(exitCodes.done)
})

test('box --print ends with the same, and pulls nothing', async () => {
  const { io, said, engine, flags } = await boxHere({
    docker: { withoutImages: true },
    hub: { gated: { [REPOSITORY]: 'hf_owner' } },
  })
  const out = mkdtempSync(join(tmpdir(), 'printed-'))
  expect(await box({ print: true, verbose: true, out, timeoutMinutes: 60, ...flags }, io)).toBe(exitCodes.done)
  expect(said.stderr).toMatch(/\npass {10}container-engine {2}Docker 28\.2\.2\n/)
  expect(said.stderr).toMatch(
    /gpu-container +no image to try it with: .*nothing is pulled for a plan that is only printed/,
  )
  expect(said.stderr).toMatch(
    /\nnothing can be measured: .* asks for a licence, and there is no token; to fix it: accept the licence.*\n$/,
  )
  expect(engine.calls().map(([verb]) => verb)).not.toContain('pull')
})

test('--suite without --serving is refused', async () => {
  const flags = { suite: ['provisioning'], serving: false }
  await expect(examine({ flags })).rejects.toThrow('give it with --serving')
})
