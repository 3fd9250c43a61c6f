import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchSimulator, type RunningSimulator } from './launch.ts'
import { shellQuote, writeSmiLauncher } from './smi-launcher.ts'

let simulator: RunningSimulator

beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8', gpus: 2, seed: 3 })
})
afterAll(() => simulator.stop())

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(args: readonly string[], path = simulator.nvidiaSmi, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(path, [...args], { env: { ...process.env, TZ: 'UTC', ...env } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })
}

const UUID = /GPU-51a01a7e-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

describe('nvidia-smi --query-gpu', () => {
  it('prints a row a card, with a header that carries the units', async () => {
    const { code, stdout, stderr } = await run([
      '--query-gpu=index,name,driver_version,power.draw,memory.used,clocks.sm,temperature.memory,serial',
      '--format=csv',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [header, first, second, rest] = stdout.split('\n')
    expect(header).toBe(
      'index, name, driver_version, power.draw [W], memory.used [MiB], clocks.current.sm [MHz], temperature.memory, serial',
    )
    expect(first).toMatch(
      /^0, NVIDIA GeForce RTX 4090 \(SIMULATED\), 0\.0-sim, 50\.80 W, 2\d{4} MiB, \d+ MHz, N\/A, \[N\/A\]$/,
    )
    expect(second).toMatch(
      /^1, NVIDIA GeForce RTX 4090 \(SIMULATED\), 0\.0-sim, 22\.00 W, 2 MiB, 210 MHz, N\/A, \[N\/A\]$/,
    )
    expect(rest).toBe('')
  })

  it('leaves out header and units when asked to, and knows the old name of a field', async () => {
    const { stdout } = await run([
      '--query-gpu=clocks_throttle_reasons.active,utilization.gpu',
      '--format=csv,noheader,nounits',
      '-i',
      '1',
    ])
    expect(stdout).toBe('0x0000000000000001, 0\n')
  })

  it('picks cards by UUID', async () => {
    const { stdout } = await run(['--query-gpu=uuid', '--format=csv,noheader'])
    const [first, second] = stdout.trim().split('\n') as [string, string]
    expect(first).toMatch(UUID)
    expect(second).not.toBe(first)
    expect((await run(['--query-gpu=uuid', '--format=csv,noheader', '-i', `${second},${first}`])).stdout).toBe(stdout)
    expect((await run(['--query-gpu=index', '--format=csv,noheader', '-i', second])).stdout).toBe('1\n')
    expect(await run(['--query-gpu=index', '--format=csv', '-i', 'GPU-0'])).toMatchObject({
      code: 6,
      stdout: 'No devices were found\n',
    })
  })

  it('stamps rows in the time zone of its environment', async () => {
    const query = ['--query-gpu=timestamp', '--format=csv,noheader', '-i', '0']
    const utc = (await run(query)).stdout
    const tokyo = (await run(query, simulator.nvidiaSmi, { TZ: 'Asia/Tokyo' })).stdout
    expect(utc).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3}\n$/)
    const hoursApart = (Date.parse(tokyo.trim()) - Date.parse(utc.trim())) / 3_600_000
    expect(Math.round(hoursApart)).toBe(9)
  })

  it('refuses an unknown field on stdout with code 2', async () => {
    expect(await run(['--query-gpu=index,power.drawn', '--format=csv'])).toEqual({
      code: 2,
      stdout: 'Field "power.drawn" is not a valid field to query.\n\n',
      stderr: '',
    })
  })

  it('lists in its help exactly the fields that it answers to', async () => {
    const help = (await run(['--help-query-gpu'])).stdout
    expect(help).toContain('"clocks.current.sm" or "clocks.sm"\n')
    const names = [...help.matchAll(/^"([^"]+)"(?: or "([^"]+)")?(?: or "([^"]+)")?$/gm)].flatMap((match) =>
      match.slice(1).filter((name) => name !== undefined),
    )
    expect(names.length).toBeGreaterThan(60)
    const { code, stdout } = await run([`--query-gpu=${names.join(',')}`, '--format=csv,noheader', '-i', '0'])
    expect(code).toBe(0)
    expect(stdout.split(', ')).toHaveLength(names.length)
  })

  it('goes on printing rows in a loop, the header once', async () => {
    const child = spawn(simulator.nvidiaSmi, ['--query-gpu=index,power.draw', '--format=csv', '-i', '0', '-lms', '20'])
    const lines = await new Promise<string[]>((resolve) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part
        const whole = text.split('\n').slice(0, -1)
        if (whole.length >= 5) resolve(whole)
      })
    })
    child.kill()
    expect(lines.filter((line) => line === 'index, power.draw [W]')).toHaveLength(1)
    expect(lines[4]).toBe('0, 50.80 W')
  })
})

describe('the card behind it', () => {
  it('draws more and wakes up under load, and rests when the load has gone', async () => {
    const read = async (): Promise<{ powerW: number; busy: boolean }> => {
      const query = '--query-gpu=power.draw,utilization.gpu,pstate,clocks_event_reasons.active'
      const cells = (await run([query, '--format=csv,noheader,nounits', '-i', '0'])).stdout.trim().split(', ')
      return {
        powerW: Number(cells[0]),
        busy: cells[1] !== '0' && cells[2] === 'P2' && cells[3]?.endsWith('0') === true,
      }
    }
    const hangUp = new AbortController()
    const response = await fetch(`${simulator.url}/v1/completions`, {
      method: 'POST',
      signal: hangUp.signal,
      body: JSON.stringify({ prompt: [1, 2, 3], max_tokens: 10_000, stream: true, ignore_eos: true }),
    })
    await response.body?.getReader().read()
    await expect.poll(async () => (await read()).powerW).toBeGreaterThan(200)
    expect((await read()).busy).toBe(true)
    hangUp.abort()
    await expect.poll(read).toEqual({ powerW: 50.8, busy: false })
  })
})

describe('the other calls of nvidia-smi', () => {
  it('lists the cards with -L and its version', async () => {
    const lines = (await run(['-L'])).stdout.trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/^GPU 1: NVIDIA GeForce RTX 4090 \(SIMULATED\) \(UUID: GPU-51a01a7e-/)
    expect((await run(['--version'])).stdout).toMatch(/^DRIVER version {6}: 0\.0-sim$/m)
  })

  it('names the process that serves', async () => {
    const { stdout } = await run([
      '--query-compute-apps=pid,process_name,used_memory,gpu_uuid',
      '--format=csv,noheader,nounits',
    ])
    expect(stdout).toMatch(new RegExp(`^${simulator.pid}, VLLM::EngineCore, \\d+, ${UUID.source}\\n$`))
  })

  it('gives XML with the nodes of an inventory', async () => {
    const { stdout } = await run(['-q', '-x'])
    expect(stdout).toMatch(
      /^<\?xml version="1\.0" \?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12\.dtd">\n<nvidia_smi_log>\n/,
    )
    expect(stdout).toContain('\t<driver_version>0.0-sim</driver_version>\n')
    expect(stdout.match(/<gpu id="00000000:0[12]:00\.0">/g)).toHaveLength(2)
    for (const node of [
      '<product_name>NVIDIA GeForce RTX 4090 (SIMULATED)</product_name>',
      '<average_power_draw>50.80 W</average_power_draw>',
      '<current_power_limit>450.00 W</current_power_limit>',
      '<max_link_gen>4</max_link_gen>',
      '<max_link_width>16x</max_link_width>',
      '<total>24564 MiB</total>',
      '<current_ecc>Disabled</current_ecc>',
      `<pid>${simulator.pid}</pid>`,
    ]) {
      expect(stdout).toContain(node)
    }
    const opened = [...stdout.matchAll(/<([a-z_0-9]+)[ >]/g)].map(([, name]) => name)
    const closed = [...stdout.matchAll(/<\/([a-z_0-9]+)>/g)].map(([, name]) => name)
    expect(opened.toSorted()).toEqual(closed.toSorted())
  })

  it('refuses what it does not know with code 2', async () => {
    expect(await run(['--frobnicate'])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('Invalid combination of input arguments'),
    })
    expect((await run(['--query-gpu=index'])).code).toBe(2)
  })

  it('says that the driver is gone, on stdout and with code 9, when the simulator is', async () => {
    const launcher = writeSmiLauncher('http://127.0.0.1:9')
    try {
      const { code, stdout, stderr } = await run(['-L'], launcher.path)
      expect({ code, stderr }).toEqual({ code: 9, stderr: '' })
      expect(stdout).toMatch(/^NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver\./)
    } finally {
      launcher.remove()
    }
  })

  it('works from a folder with blanks and quotes in its name', async () => {
    const folder = mkdtempSync(join(tmpdir(), "odd 'folder' "))
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = folder
    const launcher = writeSmiLauncher(simulator.url)
    try {
      expect((await run(['-L'], launcher.path)).code).toBe(0)
      expect(shellQuote("a'b c")).toBe(`'a'\\''b c'`)
    } finally {
      launcher.remove()
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      rmSync(folder, { recursive: true })
    }
  })
})

it('sets a limit in the simulator, which keeps it for every later call, and refuses one outside the range', async () => {
  const limits = ['--query-gpu=power.limit,enforced.power.limit', '--format=csv,noheader,nounits', '-i', '1']
  expect(await run(['-i', '1', '-pl', '300'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Power limit for GPU \S+ was set to 300\.00 W from 450\.00 W\.\nAll done\.\n$/),
    stderr: '',
  })
  expect((await run(limits)).stdout).toBe('300.00, 300.00\n')
  expect(await run(['-i', '1', '-lgc', '1500'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('GPU clocks set to "(gpuClkMin 1500, gpuClkMax 1500)" for GPU'),
  })
  expect(await run(['-i', '1', '-rgc'])).toMatchObject({ code: 0, stdout: 'All done.\n' })
  expect(await run(['-pl', '9999'])).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('is not a valid power limit which should be between'),
  })
  expect(await run(['-pl', 'much'])).toMatchObject({ code: 2 })
  expect((await run(limits)).stdout).toBe('300.00, 300.00\n')
})
