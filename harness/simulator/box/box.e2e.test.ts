import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readProbe } from '../../box/probe/read-probe.ts'
import { freePort } from '../../testing/free-ports.ts'
import { launchBox, type RunningBox } from './launch-box.ts'

let box: RunningBox
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 4, faults: '1=narrow-link,2=dead,3=weak', deadAfterMs: 300 })
})
afterAll(() => box.stop())

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const call = (program: string, args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(`${box.folder}/${program}`, [...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })

const uuids = async (): Promise<string[]> =>
  (await call('nvidia-smi', ['--query-gpu=uuid', '--format=csv,noheader'])).stdout.trim().split('\n')

/** `docker run` of an 8B server on one card; resolves once it is ready. */
async function serve(uuid: string, name: string) {
  const port = await freePort()
  const model = ['--model', 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8', '--max-model-len', '4096']
  const words = ['run', '--rm', '--name', name, '--gpus', `"device=${uuid}"`, '-p', `127.0.0.1:${port}:8000`, 'v:1']
  const child = spawn(`${box.folder}/docker`, [...words, ...model], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'close')
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('Application startup complete')) resolve()
    })
    void exited.then(() => reject(new Error(log)))
  })
  return { url: `http://127.0.0.1:${port}`, port, exited, log: () => log, kill: () => child.kill('SIGKILL') }
}

const ask = (url: string) =>
  fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8', prompt: [1, 2, 3], max_tokens: 60 }),
  })

test('one server per card, each started on demand, and one nvidia-smi for all cards', async () => {
  const [first, second] = await uuids()
  const servers = await Promise.all([serve(first!, 'one'), serve(second!, 'two')])
  for (const { url } of servers) expect((await ask(url)).status).toBe(200)
  expect(servers[0].log()).toMatch(/GPU KV cache size: [\d,]+ tokens/)
  expect(await call('nvidia-smi', ['-i', '3', '-pl', '300'])).toMatchObject({ code: 0 })
  const { stdout } = await call('nvidia-smi', [
    '--query-gpu=index,memory.used,pcie.link.width.current,power.limit',
    '--format=csv,noheader,nounits',
  ])
  expect(stdout).toMatch(/^0, 2\d{4}, 16, 450\.00\n1, 2\d{4}, 8, 450\.00\n2, 2, 16, 450\.00\n3, 2, 16, 300\.00\n$/)
  // the client of a real engine may be killed: its container stays
  servers[0].kill()
  await servers[0].exited
  expect((await ask(servers[0].url)).status).toBe(200)
  expect((await call('docker', ['ps', '--quiet', '--filter', 'name=^one$'])).stdout).toMatch(/^[0-9a-f]{12}\n$/)
  const taken = ['run', '--name', 'three', '--gpus', 'all', '-p', `${servers[1].port}:8000`, 'v:1', '--model', 'm']
  expect(await call('docker', taken)).toMatchObject({ code: 125, stderr: expect.stringContaining('already allocated') })
  const full = ['run', '--name', 'four', '--gpus', `device=${first}`, '-p', `${await freePort()}:8000`, 'v:1']
  const held = await call('docker', [...full, '--model', 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'])
  expect(held).toMatchObject({ code: 1, stderr: expect.stringContaining('less than desired GPU memory utilization') })
  expect((await call('docker', ['rm', '--force', 'one', 'two'])).code).toBe(0)
  expect(await servers[1].exited).toEqual([137, null])
  await expect(ask(servers[1].url)).rejects.toThrow()
  expect((await call('docker', ['inspect', 'two'])).code).toBe(1)
})

test('a card that dies takes its server along; nvidia-smi and the kernel log say so', async () => {
  const [, , third] = await uuids()
  const server = await serve(third!, 'dying')
  const [code] = await Promise.all([
    server.exited,
    ask(server.url)
      .then(() => ask(server.url))
      .catch(() => undefined),
  ])
  expect(code).toEqual([1, null])
  expect((await call('nvidia-smi', ['--query-gpu=index,utilization.gpu', '--format=csv,noheader'])).stdout).toContain(
    '2, [GPU is lost]',
  )
  expect((await call('dmesg', [])).stdout).toMatch(/NVRM: Xid \(PCI:0000:03:00\): 79,/)
})

test('the torch probe agrees with the faults', async () => {
  const run = ['run', '--rm', '-i', '--gpus', 'all', '--entrypoint', 'python3', 'v:1', '-']
  const child = spawn(`${box.folder}/docker`, run, { stdio: 'pipe' })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stdin.end('print({"joulemarkProbe": 1})')
  await once(child, 'close')
  const probe = readProbe(output)
  if ('reason' in probe) throw new Error(probe.reason)
  const [well, narrow, , weak] = probe.cards.map(({ copyGBs, hostToDeviceGBs }) => [copyGBs, hostToDeviceGBs] as const)
  expect(narrow![1]).toBeCloseTo((well![1] as number) / 2, 1)
  expect(weak![0]).toBeCloseTo(0.9 * (well![0] as number), 1)
  expect(probe.pairs).toHaveLength(12)
  expect(probe.cards.every(({ name }) => name.endsWith('(SIMULATED)'))).toBe(true)
})

test('nvidia-smi in a container sees the cards of the container, and the topology names every link', async () => {
  const [first] = await uuids()
  const inside = await call('docker', ['run', '--rm', '--gpus', `device=${first}`, 'v:1', 'nvidia-smi', '-L'])
  expect(inside.stdout).toMatch(/^GPU 0: NVIDIA GeForce RTX 4090 \(SIMULATED\) \(UUID: GPU-\S+\)\n$/)
  expect((await call('nvidia-smi', ['topo', '-m'])).stdout).toContain('GPU3\tPHB\tPHB\tPHB\t X ')
})
