import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeSmi, makeFakeNvidiaSmi } from '../../testing/fake-nvidia-smi.ts'
import { fakeBox, fixtureNames } from '../../testing/fake-nvidia-smi-cards.ts'
import { inventoryFrom, readInventory } from './inventory.ts'
import { readThroughPackage } from './package-reader.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../testing/fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')

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

/** An nvidia-smi that prints its TZ as the driver's version: ours runs in UTC, the package's in the zone of the person. */
function zoneTeller(name: string, extra = ''): string {
  const path = join(folder, name, 'nvidia-smi')
  mkdirSync(dirname(path))
  const xml = `<nvidia_smi_log><driver_version>$TZ</driver_version><gpu id="1"><uuid>${uuid}</uuid></gpu></nvidia_smi_log>`
  const answer = `case "$1" in -q) ${extra}cat <<XML\n${xml}\nXML\n;; *) echo '0, ${uuid}' ;; esac`
  writeFileSync(path, `#!/bin/sh\n${answer}\n`)
  chmodSync(path, 0o755)
  return path
}

/** Puts a fake first on PATH, as a driver's own nvidia-smi would be. */
function onPath(nvidiaSmi: string): void {
  vi.stubEnv('PATH', `${dirname(nvidiaSmi)}${delimiter}${process.env['PATH']}`)
  vi.stubEnv('TZ', 'Zone/OfPerson')
}

describe('readInventory', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('reads the nvidia-smi on PATH through node-nvidia-smi, without a change of PATH', async () => {
    onPath(zoneTeller('zone-on-path'))
    const before = process.env['PATH']
    const reading = readInventory('nvidia-smi')
    expect(process.env['PATH']).toBe(before)
    expect(await reading).toMatchObject({ gpus: [{ uuid, index: 0 }], driver: 'Zone/OfPerson' })
    expect(process.env['PATH']).toBe(before)
  })

  it('reads a named path by itself, also where another one is on PATH', async () => {
    onPath(fake('other-on-path', { xml: fixture('h200-580') }))
    expect(await readInventory(zoneTeller('zone-by-name'))).toMatchObject({ gpus: [{ uuid }], driver: 'UTC' })
  })

  it.each([
    ['a byte on stderr', "printf '!' >&2; "],
    ['more than 1 MiB of output', "head -c 1200000 /dev/zero | tr '\\0' '\\n'; "],
  ])('reads by itself where the package gives up on %s', async (what, extra) => {
    onPath(zoneTeller(what.replaceAll(' ', '-'), extra))
    expect(await readThroughPackage()).toBeNull()
    expect(await readInventory('nvidia-smi')).toMatchObject({ gpus: [{ uuid }], driver: 'UTC' })
  })

  it.each(fixtureNames)('gives the same inventory of %s by either way', async (name) => {
    const spec = await fakeBox(name)
    const path = fake(`same-${name}`, spec)
    const ours = await readInventory(path)
    onPath(path)
    const document = await readThroughPackage()
    const indices = new Map(ours.gpus.map((gpu) => [gpu.uuid, gpu.index ?? -1]))
    expect(document).not.toBeNull()
    expect(inventoryFrom(document ?? undefined, indices)).toEqual(ours)
    expect(await readInventory('nvidia-smi')).toEqual(ours)
    expect(ours.gpus).toHaveLength(spec.gpus.length)
  })

  it('keeps calls with two executables apart, whatever their names', async () => {
    const other = { gpus: [{ values: { uuid: 'GPU-x' } }], xml: fixture('h200-580') }
    const paths = [fake('one'), fake('two', other, 'smi-of-another-name')]
    const [one, two] = await Promise.all(paths.map((path) => readInventory(path)))
    expect([one?.gpus[0]?.name, two?.gpus[0]?.name]).toEqual(['NVIDIA GeForce RTX 4090', 'NVIDIA H200'])
  })

  it('every recorded document is among those', () => {
    const recorded = readdirSync(new URL('../../testing/fixtures/nvidia-smi/', import.meta.url))
    expect(recorded.toSorted()).toEqual(fixtureNames.map((name) => `${name}.xml`).toSorted())
  })

  it('survives a document on which the parser of the package throws an exception that cannot be caught', async () => {
    onPath(fake('crossed', { answers: { '-q -x': { stdout: '<a><b></a></b>' } } }))
    expect(await readThroughPackage()).toBeNull()
    expect(await readInventory('nvidia-smi')).toMatchObject({ gpus: [], reason: expect.stringContaining('no XML') })
  })

  it('does not wait for ever for a package that knows no timeout', async () => {
    onPath(zoneTeller('slow', 'sleep 2; '))
    expect(await readThroughPackage(200)).toBeNull()
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
