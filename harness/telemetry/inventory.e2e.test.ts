import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeSmi, makeFakeNvidiaSmi } from '../testing/fake-nvidia-smi.ts'
import { readInventory } from './inventory.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../testing/fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulemark-inventory-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const uuid = 'GPU-4090aaaa-0000-4000-8000-000000000001'
const fake = (name: string, spec: Partial<FakeSmi> = {}, file = 'nvidia-smi') =>
  makeFakeNvidiaSmi(
    join(folder, name),
    { gpus: [{ values: { uuid } }], xml: fixture('rtx-4090-idle-550'), ...spec },
    file,
  )

describe('readInventory', () => {
  it('reads through node-nvidia-smi and leaves PATH as it was', async () => {
    const before = process.env['PATH']
    const { gpus, reason } = await readInventory(fake('plain'))
    expect(reason).toBeUndefined()
    expect(gpus).toMatchObject([{ uuid, index: 0 }])
    expect(process.env['PATH']).toBe(before)
  })

  it('keeps calls with two executables apart', async () => {
    const paths = [fake('one'), fake('two', { gpus: [{ values: { uuid: 'GPU-x' } }], xml: fixture('h200-580') })]
    const [one, two] = await Promise.all(paths.map((path) => readInventory(path)))
    expect([one?.gpus[0]?.name, two?.gpus[0]?.name]).toEqual(['NVIDIA GeForce RTX 4090', 'NVIDIA H200'])
  })

  it.each([
    [
      'a warning on stderr',
      'nvidia-smi',
      { '-q -x': { stdout: fixture('h200-580'), stderr: 'WARNING: infoROM is corrupted' } },
    ],
    ['another name of the executable', 'smi-of-another-name', {}],
    [
      'more than 1 MiB of output',
      'nvidia-smi',
      { '-q -x': { stdout: fixture('h200-580').replace('</gpu>', `<x>${'y'.repeat(1.2e6)}</x></gpu>`) } },
    ],
  ])('runs the command itself where the package cannot: %s', async (what, file, answers) => {
    const path = fake(what.replaceAll(' ', '-'), { xml: fixture('h200-580'), answers }, file)
    expect((await readInventory(path)).gpus).toMatchObject([{ name: 'NVIDIA H200' }])
  })

  it.each([
    [
      'the driver is dead',
      {
        '': { stdout: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", returnCode: 9 },
      },
      /modprobe/,
    ],
    [
      'only the snapshot fails',
      {
        '-q -x': {
          stdout: 'Unable to determine the device handle for GPU0000:CB:00.0: Unknown Error\n',
          returnCode: 15,
        },
      },
      /fell off the bus/,
    ],
    ['what comes is no XML', { '-q -x': { stdout: 'hello <there' } }, /no XML/],
  ])('gives an empty list and the reason when %s', async (what, answers, says) => {
    const inventory = await readInventory(fake(what.replaceAll(' ', '-'), { answers }))
    expect(inventory).toMatchObject({ gpus: [], reason: expect.stringMatching(says) })
  })

  it('names an absent executable', async () => {
    expect(await readInventory(join(folder, 'nowhere'))).toMatchObject({
      gpus: [],
      reason: expect.stringContaining('no such program'),
    })
  })
})
