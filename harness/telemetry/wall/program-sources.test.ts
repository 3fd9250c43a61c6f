import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fakeWallHost, ipmiText } from '../../testing/wall-host.ts'
import { powerIn } from './command.ts'
import type { ProgramRun } from './host.ts'
import { openIpmi } from './ipmi.ts'
import { ipmiReading } from './ipmi-text.ts'

const never = new AbortController().signal
const own = { isRemote: false }
const said = (stdout: string, over: Partial<ProgramRun> = {}): ProgramRun => ({ stdout, stderr: '', code: 0, ...over })

describe('ipmitool dcmi power reading', () => {
  test.each([
    ['a controller of Supermicro or HPE', ipmiText(215), 215],
    // OpenBMC says deactivated beside a true power: phosphor-host-ipmid issue 167
    ['one of OpenBMC', ipmiText(360, 'deactivated'), 360],
    ['one with eight GPUs', ipmiText(2064), 2064],
  ])('%s', (_, text, powerW) => {
    expect(ipmiReading(said(text), own)).toEqual({ powerW, simulated: false })
  })

  test.each([
    ['no ipmitool', said('', { code: 'ENOENT' }), 'absent', /is not installed/, /apt-get install ipmitool/],
    [
      'no device',
      said('', {
        stderr: 'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: No such file or directory\n',
        code: 1,
      }),
      'absent',
      /no management controller/,
      /modprobe ipmi_devintf/,
    ],
    [
      'no rights',
      said('', {
        stderr: 'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: Permission denied\n',
        code: 1,
      }),
      'refused',
      /by root only/,
      /chmod a\+rw \/dev\/ipmi0/,
    ],
    // versions before 1.8.19 print this on stdout and end with 0
    [
      'an old controller',
      said('\n    DCMI request failed because: Invalid command (c1)\n'),
      'failed',
      /does not know DCMI/,
      /Redfish/,
    ],
    [
      'no power meter',
      said('\n    DCMI request failed because: Command not supported in present state (d5)'),
      'failed',
      /no power meter/,
      /^$/,
    ],
    ['0 W', said(ipmiText(0, 'deactivated')), 'failed', /reports 0 W: it has no power meter \(deactivated\)/, /^$/],
    ['all bits set', said(ipmiText(65_535)), 'failed', /reports 65535 W/, /^$/],
    [
      'another group',
      said('\n    A valid DCMI command was not returned! (80)'),
      'failed',
      /gives no DCMI answer/,
      /Redfish/,
    ],
    [
      'another code',
      said('\n    DCMI request failed because: Node busy (c0)'),
      'failed',
      /: Node busy \(c0\)$/,
      /ipmitool/,
    ],
    ['silence', said('', { code: 'ETIMEDOUT' }), 'failed', /did not answer in 10 s/, /^$/],
    ['nothing', said(''), 'failed', /gave no power \(exit code 0\)/, /ipmitool/],
  ] as const)('%s', (_, ran, state, reason, fix) => {
    const reading = ipmiReading(ran, own)
    expect(reading).toMatchObject({ state, reason: expect.stringMatching(reason), fix: expect.stringMatching(fix) })
  })

  test('over the network a refused session names neither address nor user', () => {
    const ran = said('', {
      stderr: 'Error: Unable to establish IPMI v2 / RMCP+ session with bmc-7.acme as root\n',
      code: 1,
    })
    const reading = ipmiReading(ran, { isRemote: true })
    expect(reading).toMatchObject({ state: 'refused', reason: expect.stringMatching(/address, user or password$/) })
    expect(JSON.stringify(reading)).not.toMatch(/bmc-7|root/)
  })

  test('never takes another number for the power', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const reading = ipmiReading(said(text), own)
        expect('powerW' in reading).toBe(/^\s*Instantaneous power reading\s*:\s*\d+(?:\.\d+)?\s*Watts\s*$/im.test(text))
      }),
    )
  })

  test('hands the password over in a variable only', async () => {
    const calls: { args: readonly string[]; env: NodeJS.ProcessEnv | undefined }[] = []
    const host = fakeWallHost({
      config: { ipmi: { host: 'bmc.lan', user: 'monitor' } },
      env: { JOULEMARK_IPMI_PASSWORD: 'correct-horse-7' },
      run: async (_, args, { env }) => {
        calls.push({ args, env })
        return said(ipmiText(500))
      },
    })
    const source = await openIpmi(host, never)
    expect(source).toMatchObject({ state: 'ok', by: 'ipmitool dcmi power reading, over the network' })
    expect(calls[0]?.args).toEqual([
      '-I',
      'lanplus',
      '-H',
      'bmc.lan',
      '-U',
      'monitor',
      '-E',
      'dcmi',
      'power',
      'reading',
    ])
    expect(calls[0]?.env).toEqual({ IPMI_PASSWORD: 'correct-horse-7' })
    expect(JSON.stringify(source)).not.toMatch(/correct-horse|bmc\.lan|monitor/)
  })

  test('says which variable is missing', async () => {
    const host = fakeWallHost({ config: { ipmi: { host: 'bmc.lan', user: 'monitor' } } })
    expect(await openIpmi(host, never)).toMatchObject({
      state: 'refused',
      reason: 'JOULEMARK_IPMI_PASSWORD is not set',
    })
  })

  test('the stamp of a simulated one is seen', () => {
    expect(ipmiReading(said(`${ipmiText(400)}    Sensor: BMC (SIMULATED)\n`), own)).toEqual({
      powerW: 400,
      simulated: true,
    })
  })
})

describe('the last line of a command', () => {
  test.each([
    ['512.5', 512.5],
    ['outlet 7\n512 W\n', 512],
    ['0.51 kW', 510],
    ['512500 mW', 512.5],
  ])('%j is %d W', (text, powerW) => {
    expect(powerIn(said(text), 10_000)).toEqual({ powerW, simulated: false })
  })

  test.each([
    ['', /no power/],
    ['n/a', /no power/],
    ['512 VA', /no power/],
    ['5e12', /no power/],
    ['-20', /no power/],
    ['0', /printed 0 W/],
    ['0.5', /printed 0.5 W/],
    ['1 MW', /no power/],
    ['500 mW', /printed 0.5 W/],
    ['99999999 W', /printed 99999999 W/],
  ])('%j is no power', (text, reason) => {
    expect(powerIn(said(text), 10_000)).toMatchObject({ reason: expect.stringMatching(reason) })
  })

  test('counts only where the command succeeded, and its output is not repeated', () => {
    const failed = powerIn(said('512', { code: 3, stderr: 'cannot reach pdu-4.acme.lan' }), 10_000)
    expect(failed).toEqual({ reason: 'the command ended with exit code 3' })
    expect(powerIn(said('512', { code: 'ETIMEDOUT' }), 10_000)).toEqual({ reason: 'the command did not end in 10 s' })
  })
})
