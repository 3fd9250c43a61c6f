import type { WallDomain } from '../../record/schema/wall.ts'
import { settingsOf, type WallHost } from './host.ts'
import { closed, type OpenedSource, type SourceFacts, type WallValue } from './source.ts'

/** Where the kernel shows the energy counters of Intel and AMD processors. */
const POWERCAP = '/sys/class/powercap'
/** A zone, such as `intel-rapl:0`, or a part of one, such as `intel-rapl:0:1`. The zones of `intel-rapl-mmio` show the same packages again. */
const ZONE = /^intel-rapl:\d+(?::\d+)?$/
/** Since Linux 5.10 (CVE-2020-8694) only root reads the counters. */
const RIGHTS = `sudo chmod a+r ${POWERCAP}/intel-rapl:*/energy_uj   # until the next boot; other users can then read them too (CVE-2020-8694)`
/** AMD processors are shown by the same driver. */
const LOAD = 'sudo modprobe intel_rapl_msr; in a container, mount /sys/class/powercap and /sys/devices/virtual/powercap'

interface Zone extends WallDomain {
  readonly path: string
}

/**
 * The energy counters of the processors and their memory (RAPL), through the powercap files of the kernel: packages, and the DRAM
 * beside them. `psys`, the platform, is read where it is there but not summed, because it includes the packages.
 */
export async function openRapl(host: WallHost): Promise<OpenedSource> {
  const facts: SourceFacts = { source: 'rapl', covers: 'cpu', by: 'RAPL energy counters', ...settingsOf(host, 'rapl') }
  const names = ((await host.list(POWERCAP)) ?? []).filter((name) => ZONE.test(name)).toSorted()
  if (names.length === 0) return closed(facts, 'absent', 'the kernel shows no energy counter of the processors', LOAD)
  const zones: Zone[] = []
  for (const name of names) {
    const zone = await zoneOf(host, name)
    if (zone !== null) zones.push(zone)
  }
  if (!zones.some(({ counted }) => counted)) return closed(facts, 'absent', 'the kernel shows no package', LOAD)
  const first = await readAll(host, zones)
  if ('denied' in first) return closed(facts, 'refused', 'the counters may be read by root only', RIGHTS)
  if ('reason' in first) return closed(facts, 'failed', first.reason)
  return {
    ...facts,
    state: 'ok',
    domains: zones.map(({ domain, counted, rangeUj }) => ({
      domain,
      counted,
      ...(rangeUj === undefined ? {} : { rangeUj }),
    })),
    statedAveragingMs: null,
    simulated: false,
    read: async () => readAll(host, zones),
  }
}

/** One zone that matters; null for cores and graphics, which a package includes. */
async function zoneOf(host: WallHost, name: string): Promise<Zone | null> {
  const path = `${POWERCAP}/${name}`
  const label = (await host.readText(`${path}/name`))?.trim() ?? ''
  const parent = /^(intel-rapl:\d+):\d+$/.exec(name)?.[1]
  const isPart = parent !== undefined
  const counted = isPart ? label === 'dram' : label.startsWith('package')
  if (!counted && label !== 'psys') return null
  const of = isPart ? ((await host.readText(`${POWERCAP}/${parent}/name`))?.trim() ?? parent) : null
  const range = Number(await host.readText(`${path}/max_energy_range_uj`))
  return {
    domain: of === null ? label : `${of}/${label}`,
    counted,
    path: `${path}/energy_uj`,
    ...(Number.isFinite(range) && range > 0 ? { rangeUj: range } : {}),
  }
}

/** The counters of all zones, or why one of them cannot be read. One that is not summed may be missing. */
async function readAll(
  host: WallHost,
  zones: readonly Zone[],
): Promise<{ values: WallValue[] } | { reason: string; denied?: true }> {
  const values: WallValue[] = []
  for (const { domain, counted, path } of zones) {
    const read = await host.readFile(path)
    const energyUj = 'text' in read && /^\d+\s*$/.test(read.text) ? Number(read.text) : null
    if (energyUj !== null) values.push({ domain, powerW: null, energyUj })
    else if (!counted) continue
    else if ('code' in read && (read.code === 'EACCES' || read.code === 'EPERM'))
      return { reason: 'no rights', denied: true }
    else return { reason: `the counter of ${domain} cannot be read (${'code' in read ? read.code : 'no number'})` }
  }
  return { values }
}
