import { describe, expect, test } from 'vitest'
import { fakeWallHost } from '../../testing/wall-host.ts'
import { openGrace } from './grace.ts'
import { openRapl } from './rapl.ts'

const never = new AbortController().signal
const P = '/sys/class/powercap'
const zone = (name: string, label: string, energyUj: string, range = '262143328850') => ({
  [`${P}/${name}/name`]: `${label}\n`,
  [`${P}/${name}/energy_uj`]: energyUj,
  [`${P}/${name}/max_energy_range_uj`]: `${range}\n`,
})
/** Two sockets with DRAM, as a Xeon shows them; the second zone of each package over MMIO is the same package. */
const xeon = {
  ...zone('intel-rapl:0', 'package-0', '1000\n'),
  ...zone('intel-rapl:0:0', 'dram', '200\n', '65712999613'),
  ...zone('intel-rapl:1', 'package-1', '3000\n'),
  ...zone('intel-rapl:1:0', 'dram', '400\n', '65712999613'),
  ...zone('intel-rapl:2', 'psys', '9000\n'),
  ...zone('intel-rapl-mmio:0', 'package-0', '1000\n'),
}
/** A Ryzen: cores are a part of the package. */
const ryzen = { ...zone('intel-rapl:0', 'package-0', '5\n', '65532610987'), ...zone('intel-rapl:0:0', 'core', '3\n') }

describe('RAPL', () => {
  test('reads packages and DRAM of a Xeon, and the platform without adding it', async () => {
    const source = await openRapl(fakeWallHost({ files: xeon }))
    expect(source).toMatchObject({ state: 'ok', covers: 'cpu', statedAveragingMs: null, simulated: false })
    if (source.state !== 'ok') return
    expect(source.domains).toEqual([
      { domain: 'package-0', counted: true, rangeUj: 262_143_328_850 },
      { domain: 'package-0/dram', counted: true, rangeUj: 65_712_999_613 },
      { domain: 'package-1', counted: true, rangeUj: 262_143_328_850 },
      { domain: 'package-1/dram', counted: true, rangeUj: 65_712_999_613 },
      { domain: 'psys', counted: false, rangeUj: 262_143_328_850 },
    ])
    const reading = await source.read(never)
    expect('values' in reading && reading.values.map(({ energyUj }) => energyUj)).toEqual([1000, 200, 3000, 400, 9000])
  })

  test('reads the package of an AMD processor without its cores', async () => {
    const source = await openRapl(fakeWallHost({ files: ryzen }))
    expect(source.state === 'ok' && source.domains.map(({ domain }) => domain)).toEqual(['package-0'])
  })

  test('is refused where only root may read, with the command that changes it', async () => {
    const files = { ...xeon, [`${P}/intel-rapl:0/energy_uj`]: '!EACCES' }
    expect(await openRapl(fakeWallHost({ files }))).toMatchObject({
      state: 'refused',
      reason: 'the counters may be read by root only',
      fix: expect.stringContaining('sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj'),
    })
  })

  test('is absent where the kernel shows nothing, and where a container hides it', async () => {
    expect(await openRapl(fakeWallHost({}))).toMatchObject({ state: 'absent' })
    // dangling links: the names are there, the files are not
    const hidden = { [`${P}/intel-rapl:0/x`]: '' }
    expect(await openRapl(fakeWallHost({ files: hidden }))).toMatchObject({ state: 'absent' })
  })

  test('fails where a counter is no number, and goes on without a platform that is none', async () => {
    const noNumber = { ...xeon, [`${P}/intel-rapl:1:0/energy_uj`]: 'garbage' }
    expect(await openRapl(fakeWallHost({ files: noNumber }))).toMatchObject({
      state: 'failed',
      reason: 'the counter of package-1/dram cannot be read (no number)',
    })
    const noPlatform = await openRapl(fakeWallHost({ files: { ...xeon, [`${P}/intel-rapl:2/energy_uj`]: '!ENODATA' } }))
    expect(noPlatform.state).toBe('ok')
  })
})

const H = '/sys/class/hwmon'
const meter = (folder: string, label: string, microwatts: string, intervalMs = '50') => ({
  [`${H}/${folder}/power1_oem_info`]: `${label}\n`,
  [`${H}/${folder}/power1_average`]: microwatts,
  [`${H}/${folder}/power1_average_interval`]: `${intervalMs}\n`,
})

describe('NVIDIA Grace', () => {
  const hopper = {
    ...meter('hwmon1/device', 'Module Power Socket 0', '490000000\n'),
    ...meter('hwmon2/device', 'Grace Power Socket 0', '150500000\n', '1000'),
    ...meter('hwmon3/device', 'CPU Power Socket 0', '125500000\n'),
    ...meter('hwmon4/device', 'SysIO Power Socket 0', '9500000\n'),
  }

  test('counts the socket, and neither its rails again nor the module with its GPU', async () => {
    const source = await openGrace(fakeWallHost({ files: hopper }))
    if (source.state !== 'ok') throw new Error(source.reason)
    expect(source.domains.filter(({ counted }) => counted)).toEqual([{ domain: 'Grace Power Socket 0', counted: true }])
    expect(source.domains).toHaveLength(4)
    expect(source.statedAveragingMs).toBe(1000)
    const reading = await source.read(never)
    expect('values' in reading && reading.values.find(({ domain }) => domain.startsWith('Grace'))?.powerW).toBe(150.5)
  })

  test('sums the rails where the firmware has no socket, and finds files that newer kernels keep in the folder itself', async () => {
    const rails = {
      ...meter('hwmon0', 'CPU Power Socket 0', '100000000\n'),
      ...meter('hwmon1', 'SysIO Power Socket 0', '20000000\n'),
    }
    const source = await openGrace(fakeWallHost({ files: rails }))
    expect(source.state === 'ok' && source.domains.map(({ counted }) => counted)).toEqual([true, true])
  })

  test('is absent beside other meters, and refused without rights', async () => {
    const other = meter('hwmon0/device', 'System board power', '1000000\n')
    expect(await openGrace(fakeWallHost({ files: other }))).toMatchObject({ state: 'absent' })
    const denied = { ...hopper, [`${H}/hwmon2/device/power1_average`]: '!EACCES' }
    expect(await openGrace(fakeWallHost({ files: denied }))).toMatchObject({
      state: 'refused',
      fix: expect.stringMatching(/^sudo chmod a\+r /),
    })
  })
})
