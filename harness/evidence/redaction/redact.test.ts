import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { newKeyPair, publicHexOf, readPrivateKey } from '../../record/signing/signature.ts'
import { makeCardsSnapshot } from '../../testing/card-builder.ts'
import { type LiveRun, writeLiveRun } from '../../testing/live-record.ts'
import { observed, UUID } from '../../testing/live-record-box.ts'
import { verifyRun } from '../verify-run.ts'
import { leftIn } from './left-in.ts'
import { type Names, redactImage, redactText } from './redact-text.ts'
import { plainKernel, programOf, redactValue } from './redact-value.ts'
import { writeRedactedCopy } from './redacted-copy.ts'

const folder = mkdtempSync(join(tmpdir(), 'redact-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')

/** All files of a folder as one text. */
const textOf = (directory: string): string =>
  readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('\n')
const copyOf = ({ directory, record }: LiveRun): Promise<string> =>
  writeRedactedCopy(directory, record, mkdtempSync(join(folder, 'copy-')))

describe('the redacted copy', () => {
  let run: LiveRun
  let copy: string
  beforeAll(async () => {
    run = await writeLiveRun(folder, { key, wall: true })
    copy = await copyOf(run)
  })

  test('holds no name, address, serial number or user of the server', () => {
    const text = textOf(copy)
    for (const name of ['gpu-box-7', UUID, '10.20.30.40', 'alice']) expect(text).not.toContain(name)
    expect(text).toContain('GPU-1')
  })

  test('verifies under the key of the run, with its values and gates unchanged', async () => {
    const verification = await verifyRun(copy, publicHexOf(key))
    expect(verification.problems).toEqual([])
    expect(verification.record).toMatchObject({ redacted: true, quotable: true, result: run.record.result })
    expect(verification.digest).toBe(run.record.redactedCopy?.manifestSha256)
    const statuses = (gates: readonly { readonly id: string; readonly status: string }[]) =>
      gates.map(({ id, status }) => [id, status])
    expect(statuses(verification.recomputed?.gates ?? [])).toEqual(statuses(run.record.gates))
  })

  test('is refused when it is not the one that was signed', async () => {
    const changed = { ...run.record, failure: 'changed later' }
    await expect(writeRedactedCopy(run.directory, changed, folder)).rejects.toThrow(
      'differs from the one that was signed',
    )
  })
})

describe('a record that names everything', () => {
  const box = observed('any')
  const processes = [
    {
      uuid: UUID,
      pid: 31_337,
      name: '/home/alice/venv/bin/python -m vllm.entrypoints --token abcdef123',
      usedMiB: 20_000,
    },
  ]
  const { telemetry } = box
  if (telemetry === undefined) throw new Error('the box of the tests has telemetry')
  const moment = (atMs: number) => makeCardsSnapshot({ ...telemetry.before, atMs, processes })
  const over = {
    host: { ...box.host, hostname: 'gpu-box-7.internal.acme.com', kernel: 'Linux 6.8.0-45-acmecorp' },
    endpoint: {
      ...box.endpoint,
      url: 'http://serve-3.acme.com:8000',
      servedModels: [...box.endpoint.servedModels, 'globex-support-adapter', 'globex'],
      otherModels: ['globex-support-adapter'],
      countersReason: 'the counters at /metrics are of other models: globex-support-adapter',
      location: { isThisMachine: true, reason: 'serve-3.acme.com is 52:54:00:12:ab:cd, ask bob@acme.com' },
    },
    fingerprint: {
      driver: { version: '580.95.05', kernelModule: null, nvml: null, cuda: null, fieldsSha256: null },
      cards: [],
      containerImage: 'acme.internal:5000/alice/vllm:1',
      driverStateSha256: 'a'.repeat(64),
    },
    serverStart: {
      ...{ number: 1, of: 3, command: ['registry.acme.com/alice/vllm:1', '--model', '/home/alice/llama'] },
      engineArgs: ['-v', '/home/alice/kernels:/kernels', '--env', 'NCCL_DEBUG'],
    },
    telemetry: { ...telemetry, before: moment(0), after: moment(95_000) },
  }
  const secrets = ['acme', 'globex', 'alice', 'bob@', '31337', 'abcdef123', '52:54', 'gpu-box-7', 'serve-3', ':5000']

  test('loses all of it, and still verifies under its key', async () => {
    const run = await writeLiveRun(mkdtempSync(join(folder, 'all-')), { key, over })
    const whole = textOf(run.directory)
    for (const name of secrets) expect(whole).toContain(name)
    const copy = await copyOf(run)
    // a digest or a signature may hold any of them by chance
    const text = textOf(copy).replaceAll(/[0-9a-f]{64,}/g, '')
    for (const name of secrets) expect(text, name).not.toContain(name)
    const verification = await verifyRun(copy, publicHexOf(key))
    expect(verification.problems).toEqual([])
    const { endpoint, fingerprint, serverStart } = verification.record ?? {}
    const [served = ''] = box.endpoint.servedModels
    expect(endpoint?.servedModels).toEqual([served, 'model-2', 'model-3'])
    expect(endpoint?.countersReason).toBe('the counters at /metrics are of other models: model-2')
    expect(fingerprint?.containerImage).toBe('redacted/vllm:1')
    expect(serverStart?.command).toEqual(['redacted/vllm:1', '--model', '/redacted/llama'])
    expect(serverStart?.engineArgs?.slice(2)).toEqual(['--env', 'NCCL_DEBUG'])
    expect(verification.record?.telemetry?.before.processes).toMatchObject([{ pid: 1, name: 'python (vllm)' }])
  })

  test('with a title that redaction makes longer is signed all the same', async () => {
    const title = `${'http://a/b '.repeat(10)}end of it`
    const scenario = { ...box.scenario, title }
    const run = await writeLiveRun(mkdtempSync(join(folder, 'title-')), { key, over: { scenario } })
    expect(run.record.redactedCopy).toBeDefined()
    const { problems, record } = await verifyRun(await copyOf(run), publicHexOf(key))
    expect(problems).toEqual([])
    expect(record?.scenario.title).toMatch(/^http:\/\/redacted\/b http/)
    expect(record?.scenario.title).toHaveLength(120)
  })

  test('is listed by what its copy still shows, with what may name a customer', async () => {
    const scenario = { ...box.scenario, title: 'Acceptance for Initech' }
    const run = await writeLiveRun(mkdtempSync(join(folder, 'list-')), { over: { ...over, scenario } })
    const { record } = await verifyRun(await copyOf(run))
    const shown = record === null ? [] : leftIn(record)
    expect(shown).toContainEqual({ what: 'title', value: 'Acceptance for Initech', warning: 'may name a customer' })
    expect(shown).toContainEqual({ what: 'served model', value: box.endpoint.model, warning: null })
    expect(shown).toContainEqual({ what: 'container image', value: 'redacted/vllm:1', warning: null })
  })
})

describe('a text', () => {
  const names: Names = {
    hostnames: ['titan-01'],
    gpus: new Map([
      ['GPU-0', 'GPU-1'],
      ['GPU-1', 'GPU-2'],
    ]),
    models: new Map([['acme/support-bot', 'model-2']]),
    pids: new Map(),
  }
  test.each([
    ['http://titan-01.lan:8000/v1 answers', 'http://redacted/v1 answers'],
    ['http://me:secret@10.0.0.1:80/v1', 'http://redacted/v1'],
    ['connect ECONNREFUSED 192.168.1.7:8000', 'connect ECONNREFUSED redacted'],
    ['getaddrinfo ENOTFOUND titan-01', 'getaddrinfo ENOTFOUND redacted'],
    ['from 10.1.2.3, fe80::1 and titan-01.', 'from redacted, redacted and redacted.'],
    ['/home/alice/models/Llama-3.1-8B', '/redacted/Llama-3.1-8B'],
    ['~/hub/models--org--name/snapshots/1', '/redacted/models--org--name/1'],
    ['C:\\Users\\alice\\x.json', 'redacted'],
    ['GPU-0 and GPU-1 and GPU-10', 'GPU-1 and GPU-2 and GPU-20'],
    ['GPU-3f2a9c1e-77aa-4b21-9d00-5c0ffee01234', 'GPU-redacted'],
    ['driver 580.95.05, vbios 95.02.18.80.07', 'driver 580.95.05, vbios 95.02.18.80.07'],
    ['RedHatAI/Meta-Llama-3.1-8B at 12.5 tokens/s, 08:15:00', 'RedHatAI/Meta-Llama-3.1-8B at 12.5 tokens/s, 08:15:00'],
    ['2026-11-20T10:15:00.000Z', '2026-11-20T10:15:00.000Z'],
    ['titan-01.internal.acme.com is up', 'redacted is up'],
    ['box.acme.internal:5000/alice/vllm:1', 'redacted/vllm:1'],
    ['ssh alice@gpu-3 or bob.b+x@acme.co.uk', 'ssh redacted or redacted'],
    ['eth0 52:54:00:12:ab:cd, ib0 52-54-00-12-AB-CD', 'eth0 redacted, ib0 redacted'],
    ['/home/alice', '/redacted/redacted'],
    ['the log in [/home/alice/x.log]', 'the log in [/redacted/x.log]'],
    ['\\\\fileserver\\alice\\x.json', 'redacted'],
    ['python (pid 31337), pid=4', 'python (pid redacted), pid=redacted'],
    ['serves acme/support-bot; not acme/support-bot-2', 'serves model-2; not acme/support-bot-2'],
    ['key sk-proj-0123456789ab', 'key [secret]'],
    [
      'vllm 0.27.0.dev on huggingface.co, in libnvidia-ml.so.1',
      'vllm 0.27.0.dev on huggingface.co, in libnvidia-ml.so.1',
    ],
    ['vllm@sha256:0a1b and 32@512', 'vllm@sha256:0a1b and 32@512'],
  ])('%s', (text, expected) => {
    expect(redactText(text, names)).toBe(expected)
  })

  test.each([
    ['vllm/vllm-openai:v0.27.0', 'vllm/vllm-openai:v0.27.0'],
    ['docker.io/vllm/vllm-openai:latest', 'docker.io/vllm/vllm-openai:latest'],
    ['nvcr.io/nvidia/tritonserver:25.01', 'nvcr.io/nvidia/tritonserver:25.01'],
    ['ghcr.io/acme/vllm:1', 'redacted/vllm:1'],
    ['alice/vllm', 'redacted/vllm'],
    ['vllm:1', 'vllm:1'],
  ])('that is the image %s', (image, expected) => expect(redactImage(image, names)).toBe(expected))

  test.each([
    ['/usr/bin/python3 train.py --key abc', 'python3'],
    ['VLLM::Worker_TP1', 'VLLM::Worker_TP1'],
    ['python -m sglang --tp TP0', 'python (vllm TP0)'],
    ['/usr/lib/xorg/Xorg', 'Xorg'],
    ['Isolated Web Co', 'Isolated Web Co'],
    ['C:\\Program Files\\Acme\\acme.exe --x', 'acme.exe (…)'],
    ['C:\\Windows\\explorer.exe', 'explorer.exe'],
    ['[Not Found]', '[Not Found]'],
  ])('that is the process %s', (name, expected) => expect(programOf(name)).toBe(expected))

  test.each([
    ['Linux 6.8.0-45-generic', 'Linux 6.8.0-45-generic'],
    ['Linux 5.15.153.1-microsoft-standard-WSL2', 'Linux 5.15.153.1-microsoft-standard-WSL2'],
    ['Linux 5.14.0-427.el9.x86_64', 'Linux 5.14.0-427.el9.x86_64'],
    ['Linux 6.8.0-45-acmecorp', 'Linux 6.8.0-45'],
    ['acmeos', 'redacted'],
  ])('that is the kernel %s', (kernel, expected) => expect(plainKernel(kernel)).toBe(expected))

  test('that has the name of a model or a host and nothing else is another name', () => {
    const odd: Names = { ...names, hostnames: ['vllm'], models: new Map([['live', 'model-2']]) }
    expect(redactValue({ engine: 'vllm', source: 'live', reason: 'live on vllm' }, odd)).toEqual({
      engine: 'vllm',
      source: 'live',
      reason: 'model-2 on redacted',
    })
  })
})
