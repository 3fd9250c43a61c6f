import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { launchSimulator } from './launch.ts'

const small = { card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' } as const

/** A program that starts a simulator, says its process id, and would run for ever. */
const parentProgram = `
  const { launchSimulator } = await import(${JSON.stringify(new URL('launch.ts', import.meta.url).href)})
  const { pid } = await launchSimulator(${JSON.stringify(small)})
  console.log(pid)
`

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('launchSimulator', () => {
  it('leaves no simulator behind when its parent is killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', parentProgram], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(String(line))
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('serves, draws more under load than idle, knows the true energy, and leaves nothing behind', async () => {
    const simulator = await launchSimulator({ ...small, seed: 5 })
    const energyJ = async (fromMs: number, toMs: number): Promise<number> => {
      const response = await fetch(`${simulator.url}/simulator/true-energy?fromMs=${fromMs}&toMs=${toMs}`)
      return ((await response.json()) as { energyJ: number }).energyJ
    }
    const startMs = performance.timeOrigin + performance.now()
    const body = JSON.stringify({ prompt: [1, 2, 3], max_tokens: 30, ignore_eos: true })
    await (await fetch(`${simulator.url}/v1/completions`, { method: 'POST', body })).json()
    const endMs = performance.timeOrigin + performance.now()
    // Before the request the card was idle, at the catalogue's 50.8 W.
    expect(await energyJ(startMs - 2000, startMs)).toBeCloseTo(2 * 50.8, 1)
    expect(await energyJ(startMs, endMs)).toBeGreaterThan((50.8 * (endMs - startMs)) / 1000)
    expect(existsSync(simulator.nvidiaSmi)).toBe(true)
    await simulator.stop()
    await simulator.stop()
    expect(existsSync(simulator.nvidiaSmi)).toBe(false)
    await expect(fetch(`${simulator.url}/health`)).rejects.toThrow()
  })

  it('passes on in one line why it cannot start', async () => {
    await expect(launchSimulator({ ...small, card: 'rtx-9090' })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^simulator: no card "rtx-9090"; known: /),
    })
    await expect(launchSimulator({ ...small, model: 'llama-3.1-70b-instruct-fp8' })).rejects.toMatchObject({
      code: 'environment',
    })
  })
})
