import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawFromXml, gpuFromXml } from './gpu-from-xml.ts'
import { inventoryFrom } from './inventory.ts'
import { allAt, nodeAt, parseSmiXml, textAt } from './smi-xml.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../testing/fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')
const parsed = async (name: string) => inventoryFrom(parseSmiXml(fixture(name)), new Map())

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
        powerMaxLimitW: 600,
        virtualization: null,
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

  it('reads two cards, with the indices of nvidia-smi where it reports them', async () => {
    const document = parseSmiXml(fixture('two-rtx-4090-590'))
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
    const document = parseSmiXml(`<nvidia_smi_log><gpu id="1"><uuid>GPU-a</uuid>${block}</gpu></nvidia_smi_log>`)
    const { gpus } = inventoryFrom(document, new Map())
    expect(gpus).toMatchObject([
      { powerLimitW: 400, powerDefaultLimitW: 450, name: 'unknown', vbios: null, memoryTotalMiB: null },
    ])
    expect(drawFromXml(allAt(nodeAt(document, 'nvidia_smi_log'), 'gpu')[0])).toBe(drawW)
  })

  it('says why the list is empty', async () => {
    expect(inventoryFrom(undefined, new Map()).reason).toContain('no <nvidia_smi_log>')
    const empty = parseSmiXml('<nvidia_smi_log><attached_gpus>0</attached_gpus></nvidia_smi_log>')
    expect(inventoryFrom(empty, new Map())).toMatchObject({ gpus: [], reason: 'nvidia-smi -q -x lists no GPU' })
  })
})

describe('the parsed document', () => {
  it('reads own elements only and survives nodes that change their type', async () => {
    const document = parseSmiXml('<a><rows>N/A</rows><n id="1">5</n><two>1</two><two>2</two></a>')
    expect(textAt(document, 'a', 'rows', 'remapped_row_pending')).toBeUndefined()
    expect(textAt(document, 'a', 'n')).toBe('5')
    expect(textAt(document, 'a', 'two')).toBe('1')
    expect(textAt(document, 'a', 'toString')).toBeUndefined()
  })

  it('keeps every value as the text that was printed, with entities and CDATA read', () => {
    const document = parseSmiXml(
      '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<a><!-- note --><b>007</b><c>1e5</c>' +
        '<d>true</d><e>0x0000000000000004</e><f> N/A </f><g/><h>a &amp; b &lt;c&gt; &#233;</h><i><![CDATA[<x>]]></i></a>\n',
    )
    const texts = [...'bcdefghi'].map((name) => textAt(document, 'a', name))
    expect(texts).toEqual(['007', '1e5', 'true', '0x0000000000000004', 'N/A', '', 'a & b <c> é', '<x>'])
  })

  it('takes no number and no text from what a card does not report', () => {
    const values = ['N/A', '[N/A]', '[Not Supported]', 'Unknown Error', '']
    for (const value of values) {
      const xml = `<gpu id="1"><uuid>GPU-a</uuid><vbios_version>${value}</vbios_version><max_clocks><sm_clock>${value}</sm_clock></max_clocks></gpu>`
      const gpu = gpuFromXml(nodeAt(parseSmiXml(xml), 'gpu'), 0, null)
      expect(gpu).toMatchObject({ uuid: 'GPU-a', vbios: null, maxSmClockMHz: null })
    }
  })

  it.each([
    ['is cut off', '<a><b>1</b>'],
    ['has tags that cross', '<a><b></a></b>'],
    ['has text around it', 'WARNING: infoROM is corrupted\n<a>1</a>'],
    ['is no XML', 'hello <there'],
    ['is empty', ''],
    ['names an element as JavaScript names its own', '<a><__proto__>x</__proto__></a>'],
  ])('a document that %s is an error', (_, xml) => {
    expect(() => parseSmiXml(xml)).toThrow()
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})
