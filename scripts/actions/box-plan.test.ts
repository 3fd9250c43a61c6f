import { expect, test } from 'vitest'
import type { CommandIo } from '../support/io.ts'
import { box } from './box.ts'

/** The names of the scenarios of a printed plan, in order. */
async function plannedNames(suite?: readonly string[]): Promise<string[]> {
  let text = ''
  const io: CommandIo = {
    stdout: () => {},
    stderr: {
      isTTY: false,
      color: false,
      write: (written: string) => {
        text += written
        return true
      },
    } as unknown as CommandIo['stderr'],
    env: {},
    columns: null,
    color: false,
  }
  const shared = { print: true, card: 'rtx-4090', out: 'nowhere', port: 8000, tag: 'latest', timeoutMinutes: 60 }
  expect(await box({ ...shared, restarts: 1, ...(suite ? { suite } : {}) }, io)).toBe(0)
  return [...text.matchAll(/^ {2}(\S+): /gm)].map(([, name]) => name!)
}

test('the memory probe is the first of every suite, and once', async () => {
  expect(await plannedNames(['provisioning'])).toEqual([
    'memory-probe',
    'llama-3.1-8b-fp8-single',
    'llama-3.1-8b-fp8-batch32',
    'llama-3.1-8b-fp8-prefill',
  ])
  const all = await plannedNames()
  expect(all[0]).toBe('memory-probe')
  expect(all.filter((name) => name === 'memory-probe')).toHaveLength(1)
})
