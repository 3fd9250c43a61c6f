import { expect, test } from 'vitest'
import type { CommandIo } from '../support/io.ts'
import { type BoxFlags, box } from './box.ts'

/** The plan that `box --print` shows, and the commands that it prints. */
async function printed(flags: Partial<BoxFlags> = {}): Promise<{ readonly plan: string; readonly commands: string }> {
  let plan = ''
  let commands = ''
  const io: CommandIo = {
    stdout: (written) => {
      commands += written
    },
    stderr: {
      isTTY: false,
      color: false,
      write: (written: string) => {
        plan += written
      },
    },
    env: {},
    columns: null,
    color: false,
  }
  const shared = { print: true, card: 'rtx-4090', out: 'nowhere', port: 8000, timeoutMinutes: 60 }
  expect(await box({ ...shared, ...flags }, io)).toBe(0)
  return { plan, commands }
}

test('without flags a card is provisioned on one start of one server, the probes first', async () => {
  const { plan, commands } = await printed()
  expect(plan).toMatch(/^RTX 4090: 1 server start, at most \d+ min without downloads \((?:[12]\d|30) of measuring\)\n/)
  expect(plan).toContain(': memory-probe, load-probe, llama-3.1-8b-fp8-single, llama-3.1-8b-fp8-batch32, ')
  expect(commands.match(/^docker run/gm)).toHaveLength(1)
})

test('four cards have a server each, bound by its name, and the probes of each card alone come before all at once', async () => {
  const { plan, commands } = await printed({ gpus: ['GPU-a', 'GPU-b', 'GPU-c', 'GPU-d'] })
  expect(plan).toMatch(/^4 x RTX 4090: 4 server starts, /)
  expect(plan).toContain('GPU 3, llama-3.1-8b-instruct-fp8: alone: memory-probe, load-probe, together: memory-probe, ')
  const bound = [...commands.matchAll(/--gpus '"device=(GPU-\w)"'/g)].map(([, uuid]) => uuid)
  expect(bound).toEqual(['GPU-a', 'GPU-b', 'GPU-c', 'GPU-d'])
  const ports = [...commands.matchAll(/127\.0\.0\.1:(\d+):8000/g)].map(([, port]) => port)
  expect(ports).toEqual(['8000', '8001', '8002', '8003'])
})

test('--full has every scenario, with several starts of each server; --restarts decides that', async () => {
  const { plan } = await printed({ full: true })
  expect(plan).toContain('start 3 of 3: ')
  expect(plan).toContain('skipped: ')
  expect((await printed({ full: true, restarts: 1 })).plan).not.toContain('start 1 of')
})
