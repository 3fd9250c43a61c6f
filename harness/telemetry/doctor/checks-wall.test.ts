import { expect, test } from 'vitest'
import { fakeWallHost, ipmiText } from '../../testing/wall-host.ts'
import { findWallSources, wallChecks } from './checks-wall.ts'

const P = '/sys/class/powercap/intel-rapl:0'
const rapl = (energy: string) => ({
  [`${P}/name`]: 'package-0',
  [`${P}/energy_uj`]: energy,
  [`${P}/max_energy_range_uj`]: '9',
})
const checksOf = async (host: Parameters<typeof fakeWallHost>[0]) =>
  wallChecks(await findWallSources(fakeWallHost(host))).map(({ id, status, read, fix }) => [id, status, read, fix])

test('names the sources that are there', async () => {
  const run = async () => ({ stdout: ipmiText(512), stderr: '', code: 0 })
  expect(await checksOf({ files: rapl('7'), run })).toEqual([
    ['cpu-power', 'pass', 'rapl: RAPL energy counters (package-0)', ''],
    ['server-power', 'pass', 'ipmi: ipmitool dcmi power reading (server)', ''],
  ])
})

test('those that need rights are a warning with the command', async () => {
  const stderr = 'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: Permission denied\n'
  const run = async () => ({ stdout: '', stderr, code: 1 })
  const [cpu, server] = await checksOf({ files: rapl('!EACCES'), run })
  expect(cpu).toMatchObject([
    'cpu-power',
    'warn',
    'rapl: the counters may be read by root only',
    expect.stringMatching(/^sudo chmod a\+r .*energy_uj/),
  ])
  expect(server).toMatchObject([
    'server-power',
    'warn',
    expect.stringMatching(/by root only$/),
    expect.stringMatching(/^sudo chmod a\+rw \/dev\/ipmi0/),
  ])
})

test('a machine without any is no fault', async () => {
  const checks = await checksOf({})
  expect(checks.map(([, status]) => status)).toEqual(['not-measured', 'not-measured'])
  expect(checks[1]?.[2]).toBe('ipmi: ipmitool is not installed')
})
