import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import type { DoctorReport } from '../../harness/telemetry/doctor/run-doctor.ts'
import { type FakeSmi, makeFakeNvidiaSmi } from '../../harness/testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../harness/testing/fake-nvidia-smi-cards.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { type DoctorFlags, type DoctorHost, doctor } from './doctor.ts'

const notFitted = { state: 'no-koffi', reason: 'not there' } as const
/** A host that is well, whatever machine this runs on, and a probe that is over at once. */
const host: DoctorHost = {
  readText: async () => null,
  runProgram: async (program) => (program === 'timedatectl' ? 'yes\n' : null),
  openCounter: async () => ({ first: notFitted, counter: { read: async () => notFitted, close: () => {} } }),
  probeIdleMs: 1,
  probeLoadMs: 400,
}

async function examine(
  flags: DoctorFlags,
  on: DoctorHost = host,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { io, said } = saidIo()
  const code = await doctor(flags, io, on)
  return { code, ...said }
}

const playing = (spec: FakeSmi): string => makeFakeNvidiaSmi(mkdtempSync(join(tmpdir(), 'doctor-')), spec)
const checkIn = (json: string, id: string) => (JSON.parse(json) as DoctorReport).checks.find((check) => check.id === id)

interface FakeServer {
  readonly url: string
  /** Requests to the model so far. */
  asked(): number
}
const servers: Server[] = []
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server of one model, or of none. Each test has its own: requests that a load has cut may still arrive after it. */
async function fakeServer(model: object | null, metrics = ''): Promise<FakeServer> {
  let asked = 0
  const server = createServer((request, response) => {
    if (request.url === '/v1/completions') asked += 1
    if (request.url === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(metrics)
      return
    }
    const models = { object: 'list', data: model ? [{ id: 'some/model', object: 'model', ...model }] : [] }
    const body = request.url === '/v1/models' ? models : { choices: [{ text: 'four' }] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

describe('doctor', () => {
  test('passes a healthy server: exit 0, every check with what was read and why it matters', async () => {
    const flags = { nvidiaSmi: playing(await fakeBox('rtx-4090-idle-550')), card: 'rtx-4090', verbose: true }
    const { code, stdout } = await examine(flags)
    expect(stdout).toMatch(/^fit to be measured: 0 faults/m)
    expect(stdout).toMatch(/^pass {10}power-limit +enforced 450/m)
    expect(stdout.match(/^ +why: /gm)).toHaveLength(
      stdout
        .trim()
        .split('\n')
        .filter((line) => /^\S/.test(line)).length - 2,
    )
    expect(stdout).toMatch(/^not-measured {2}sensor .*\n.*\n +fix: joulemark doctor --endpoint URL/m)
    expect(code).toBe(0)
  })

  test('of a healthy server it says so in five lines of 80 columns, with what to type next below', async () => {
    const { io, said } = saidIo({ columns: 80 })
    await doctor({ nvidiaSmi: playing(await fakeBox('rtx-4090-idle-550')), card: 'rtx-4090' }, io, host)
    const lines = said.stdout.trimEnd().split('\n')
    expect(lines.indexOf('Next:')).toBeLessThanOrEqual(5)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines[0]).toMatch(/^fit to be measured: 0 faults, 0 warnings, /)
    expect(said.stdout).toMatch(/^\d+ checks passed: nvidia-smi, .* and \d+ more \(--verbose\)$/m)
    expect(lines.at(-1)).toMatch(/^ {2}\S.* run --endpoint URL +measures a server$/)
  })

  test('finds another card than the one named: exit 1', async () => {
    const { code, stdout } = await examine({
      nvidiaSmi: playing(await fakeBox('rtx-4090-idle-550')),
      card: 'rtx-6000-pro',
      json: true,
    })
    expect(checkIn(stdout, 'gpus')).toMatchObject({ status: 'fail' })
    expect(code).toBe(1)
  })

  test('a driver that does not answer (rc 9) is the one fault, and the rest is not measured', async () => {
    const text = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"
    const { code, stdout } = await examine({
      nvidiaSmi: playing({ gpus: [], answers: { '': { stdout: text, returnCode: 9 } } }),
      json: true,
    })
    const report = JSON.parse(stdout) as DoctorReport & { simulated: boolean }
    expect(report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(['nvidia-smi'])
    expect(checkIn(stdout, 'nvidia-smi')?.read).toMatch(/driver/)
    expect(checkIn(stdout, 'gpus')).toMatchObject({ status: 'not-measured' })
    expect([code, report.isHealthy, report.simulated, report.fingerprint]).toEqual([1, false, false, null])
  })

  test('a machine without nvidia-smi: exit 1, with what to install', async () => {
    const { code, stdout } = await examine({ nvidiaSmi: '/nowhere/nvidia-smi' })
    expect(stdout).toMatch(/^fail {10}nvidia-smi .*\n.*\n +fix: install the NVIDIA driver/m)
    expect(code).toBe(1)
  })

  test('with a server it loads the card and probes the sensor', async () => {
    const { url, asked } = await fakeServer({})
    const { code, stdout, stderr } = await examine({
      nvidiaSmi: playing(await fakeBox('rtx-pro-6000-max-q-595')),
      endpoint: url,
      json: true,
    })
    expect(stderr).toContain('under a load of some/model')
    expect(asked()).toBeGreaterThan(7)
    expect(checkIn(stdout, 'sensor')).toMatchObject({
      status: 'warn',
      read: expect.stringContaining('did not change with the load'),
    })
    expect(checkIn(stdout, 'energy-counter')?.read).toBe('no-koffi: not there')
    expect(checkIn(stdout, 'pcie-generation')).not.toMatchObject({ status: 'not-measured' })
    expect(code).toBe(0)
  })

  test('a server that serves others is not loaded without --force', async () => {
    const metrics = 'vllm:num_requests_running{engine="0"} 2\nvllm:num_requests_waiting{engine="0"} 0\n'
    const { url, asked } = await fakeServer({}, metrics)
    await expect(examine({ endpoint: url })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/in use \(2 requests running.*--force/),
    })
    expect(asked()).toBe(0)
    const { stderr } = await examine({ endpoint: url, force: true, nvidiaSmi: '/nowhere/nvidia-smi' })
    expect(stderr).toContain('in use by others: 2 requests running')
  })

  test('the server of the simulator is stamped', async () => {
    const { url } = await fakeServer({ owned_by: 'simulated' })
    const { stdout } = await examine({ nvidiaSmi: '/nowhere/nvidia-smi', endpoint: url })
    expect(stdout).toMatch(/^SIMULATED: /)
  })

  test('a card and a server that are well are fit: the simulator, under load', async () => {
    const simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
    try {
      const flags = { nvidiaSmi: simulator.nvidiaSmi, endpoint: simulator.url, card: 'rtx-4090' }
      const healthy = { ...flags, verbose: true }
      const { code, stdout } = await examine(healthy, { ...host, probeIdleMs: 1000, probeLoadMs: 3000 })
      expect(stdout).toMatch(/^fit to be measured: 0 faults/m)
      expect(stdout).toMatch(/^pass +processes +VLLM::EngineCore/m)
      expect(code).toBe(0)
    } finally {
      await simulator.stop()
    }
  })

  test('a server that serves nothing, or an address that is none, is one clear line', async () => {
    const { url } = await fakeServer(null)
    await expect(examine({ endpoint: url })).rejects.toThrow('serves no model')
    await expect(examine({ endpoint: 'box:eight' })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(examine({ card: 'rtx-409' })).rejects.toThrow('did you mean "rtx-4090"?')
  })
})
