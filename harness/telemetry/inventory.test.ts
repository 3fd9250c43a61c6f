import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inventoryFrom } from './inventory.ts'
import { drawFromXml } from './inventory-gpu.ts'
import { allAt, nodeAt, parseSmiXml, textAt } from './smi-xml.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../testing/fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')
const parsed = async (name: string) => inventoryFrom(await parseSmiXml(fixture(name)), new Map())

const uuid = 'GPU-4090aaaa-0000-4000-8000-000000000001'

describe('inventoryFrom', () => {
  it('reads an RTX 4090 of driver 550', async () => {
    const { gpus, driver, cudaVersion, reason } = await parsed('rtx-4090-idle-550')
    expect({ driver, cudaVersion, reason }).toEqual({ driver: '550.163.01', cudaVersion: '12.4', reason: undefined })
    expect(gpus).toEqual([
      {
        index: 0,
        uuid,
        name: 'NVIDIA GeForce RTX 4090',
        driver: '550.163.01',
        vbios: '95.02.3C.00.8C',
        powerLimitW: 450,
        powerDefaultLimitW: 450,
        memoryTotalMiB: 24_564,
        memoryReservedMiB: 346,
        eccMode: 'Disabled',
        persistenceMode: 'Enabled',
        pcie: { genCurrent: 1, genMax: 4, widthCurrent: 16, widthMax: 16 },
        maxSmClockMHz: 3120,
        maxMemClockMHz: 10_501,
        serving: true,
      },
    ])
  })

  it.each([
    ['rtx-4090-ecc-550', 'NVIDIA GeForce RTX 4090', 450, 23_028, 'Enabled'],
    ['rtx-4090-load-535', 'NVIDIA GeForce RTX 4090', 450, 24_564, 'Disabled'],
    ['rtx-pro-6000-workstation-590', 'NVIDIA RTX PRO 6000 Blackwell Workstation Edition', 600, 97_887, 'Disabled'],
    ['rtx-pro-6000-max-q-595', 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', 300, 97_887, 'Disabled'],
    ['rtx-pro-6000-server-595', 'NVIDIA RTX PRO 6000 Blackwell Server Edition', 600, 97_887, 'Enabled'],
    ['h200-580', 'NVIDIA H200', 700, 143_771, 'Enabled'],
  ])('reads %s', async (name, card, powerLimitW, memoryTotalMiB, eccMode) => {
    expect((await parsed(name)).gpus).toMatchObject([{ name: card, powerLimitW, memoryTotalMiB, eccMode }])
  })

  it('reads two cards, numbered by nvidia-smi where it told', async () => {
    const document = await parseSmiXml(fixture('two-rtx-4090-590'))
    const other = 'GPU-4090bbbb-0000-4000-8000-000000000002'
    expect(inventoryFrom(document, new Map()).gpus.map(({ index }) => index)).toEqual([0, 1])
    const { gpus } = inventoryFrom(
      document,
      new Map([
        [uuid, 1],
        [other, 0],
      ]),
    )
    expect(gpus.map((gpu) => [gpu.uuid, gpu.index, gpu.pcie.widthCurrent])).toEqual([
      [uuid, 1, 16],
      [other, 0, 8],
    ])
  })

  it.each([
    [
      'power_readings up to 525',
      '<power_readings><power_draw>21.5 W</power_draw><power_limit>400.00 W</power_limit><default_power_limit>450.00 W</default_power_limit><enforced_power_limit>400.00 W</enforced_power_limit></power_readings>',
      21.5,
    ],
    [
      'gpu_power_readings of 535',
      '<gpu_power_readings><power_draw>22.5 W</power_draw><current_power_limit>400.00 W</current_power_limit><default_power_limit>450.00 W</default_power_limit></gpu_power_readings>',
      22.5,
    ],
    [
      'average and instant of 550 and later',
      '<gpu_power_readings><average_power_draw>23.5 W</average_power_draw><instant_power_draw>24 W</instant_power_draw><current_power_limit>400.00 W</current_power_limit><default_power_limit>450.00 W</default_power_limit></gpu_power_readings>',
      23.5,
    ],
    [
      'a card without an average',
      '<gpu_power_readings><average_power_draw>N/A</average_power_draw><instant_power_draw>24.5 W</instant_power_draw><current_power_limit>400.00 W</current_power_limit><default_power_limit>450.00 W</default_power_limit></gpu_power_readings>',
      24.5,
    ],
  ])('finds limits and draw in %s', async (_, block, drawW) => {
    const document = await parseSmiXml(`<nvidia_smi_log><gpu id="1"><uuid>GPU-a</uuid>${block}</gpu></nvidia_smi_log>`)
    const { gpus } = inventoryFrom(document, new Map())
    expect(gpus).toMatchObject([
      { powerLimitW: 400, powerDefaultLimitW: 450, name: 'unknown', vbios: null, memoryTotalMiB: null },
    ])
    expect(drawFromXml(allAt(nodeAt(document, 'nvidia_smi_log'), 'gpu')[0])).toBe(drawW)
  })

  it('says why the list is empty', async () => {
    expect(inventoryFrom(undefined, new Map()).reason).toContain('no <nvidia_smi_log>')
    const empty = await parseSmiXml('<nvidia_smi_log><attached_gpus>0</attached_gpus></nvidia_smi_log>')
    expect(inventoryFrom(empty, new Map())).toMatchObject({ gpus: [], reason: 'nvidia-smi -q -x lists no GPU' })
  })
})

describe('the parsed document', () => {
  it('reads own elements only and survives nodes that change their type', async () => {
    const document = await parseSmiXml(
      '<a><__proto__>x</__proto__><rows>N/A</rows><n id="1">5</n><two>1</two><two>2</two></a>',
    )
    expect(textAt(document, 'a', 'rows', 'remapped_row_pending')).toBeUndefined()
    expect(textAt(document, 'a', 'n')).toBe('5')
    expect(textAt(document, 'a', 'two')).toBe('1')
    expect(textAt(document, 'a', 'toString')).toBeUndefined()
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})
