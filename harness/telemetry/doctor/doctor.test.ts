import { describe, expect, it } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import type { Card } from '../../catalogue/types.ts'
import { systemClock } from '../../clock.ts'
import type { FakeGpu, FakeSmi } from '../../testing/fake-nvidia-smi.ts'
import { type FixtureName, fakeBox, fixtureNames } from '../../testing/fake-nvidia-smi-cards.ts'
import { inlineNvidiaSmi } from '../../testing/fake-nvidia-smi-inline.ts'
import type { SmiExec } from '../smi/exec.ts'
import { smiFailure } from '../smi/failures.ts'
import type { DoctorOptions, DoctorReport } from './run-doctor.ts'
import { runDoctor } from './run-doctor.ts'

const card = (key: string): Card => cardByKey(key) as Card

/** Runs the doctor on a recorded box, on a host that is well. */
async function examine(
  box: FixtureName,
  over: Partial<FakeSmi> = {},
  options: Partial<DoctorOptions> = {},
): Promise<DoctorReport> {
  const spec = await fakeBox(box, over)
  const driver = spec.gpus[0]?.values['driver_version'] ?? ''
  return runDoctor({
    nvidiaSmi: 'nvidia-smi',
    ...inlineNvidiaSmi(spec, () => systemClock.nowMs()),
    clock: systemClock,
    readText: async (path) =>
      path === '/proc/driver/nvidia/version'
        ? `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${driver}  Tue Apr 8 2025\n`
        : null,
    runProgram: async (program) =>
      program === 'timedatectl' ? 'yes\n' : program === 'dmesg' ? '[1.0] NVRM: loading\n' : null,
    ...options,
  })
}
const statusOf = (report: DoctorReport, id: string) => report.checks.find((check) => check.id === id)?.status
const readOf = (report: DoctorReport, id: string) => report.checks.find((check) => check.id === id)?.read
/** The cards of a box with some values replaced. */
const changed = async (box: FixtureName, values: Record<string, string>): Promise<{ gpus: FakeGpu[] }> => ({
  gpus: (await fakeBox(box)).gpus.map((gpu) => ({ values: { ...gpu.values, ...values } })),
})

describe('a box that is well', () => {
  it.each(fixtureNames.filter((name) => !name.includes('load') && name !== 'rtx-pro-6000-max-q-595'))(
    '%s has no fault',
    async (box) => {
      const report = await examine(box)
      expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([])
      expect(report.isHealthy).toBe(true)
      expect(
        report.checks.every(
          ({ status, fix, read, why }) => (status !== 'pass' || fix === '') && read !== '' && why !== '',
        ),
      ).toBe(true)
      expect(new Set(report.checks.map(({ id }) => id)).size).toBe(report.checks.length)
      expect(report.fingerprint?.driverStateSha256).toMatch(/^[0-9a-f]{64}$/)
    },
  )

  it('covers the whole preflight list', async () => {
    const { checks, counts } = await examine(
      'rtx-pro-6000-workstation-590',
      {},
      { expected: [card('rtx-pro-6000-workstation')], expectedGpus: 1 },
    )
    expect(checks.map(({ id }) => id)).toEqual([
      ...['nvidia-smi', 'first-row', 'driver-versions', 'cuda', 'fields'],
      ...['gpus', 'card-health', 'inforom', 'temperature'],
      ...['power-limit', 'persistence', 'clocks', 'compute-mode', 'mig'],
      ...['ecc-mode', 'ecc-errors', 'memory-rows', 'pcie-width', 'pcie-generation', 'topology', 'peer-to-peer'],
      ...['processes', 'memory', 'sensor', 'energy-counter', 'clock', 'xid'],
    ])
    expect(counts.fail + counts.warn).toBe(0)
  })

  it('takes a running server for what it is', async () => {
    const load = async () => {}
    const probe = {
      probeIdleMs: 1,
      probeLoadMs: 1,
      openCounter: async () => ({
        first: { state: 'no-koffi', reason: 'not there' } as const,
        counter: { read: async () => ({ state: 'no-koffi', reason: 'not there' }) as const, close: () => {} },
      }),
    }
    const report = await examine(
      'rtx-pro-6000-max-q-595',
      {},
      { load, ...probe, expected: [card('rtx-pro-6000-max-q')] },
    )
    expect([statusOf(report, 'processes'), statusOf(report, 'memory'), statusOf(report, 'pcie-generation')]).toEqual([
      'pass',
      'pass',
      'pass',
    ])
    expect(readOf(report, 'energy-counter')).toContain('no-koffi')
    expect(statusOf(report, 'temperature')).toBe('pass')
  })
})

describe('what the doctor finds', () => {
  it.each([
    ['another process', 'rtx-4090-load-535', {}, 'processes', 'fail'],
    ['memory that is held', 'rtx-4090-load-535', {}, 'memory', 'warn'],
    ['a slot of half the lanes', 'two-rtx-4090-590', {}, 'pcie-width', 'warn'],
    ['a lowered power limit', 'rtx-4090-idle-550', { 'enforced.power.limit': '300.00' }, 'power-limit', 'warn'],
    ['no persistence', 'rtx-4090-idle-550', { persistence_mode: 'Disabled' }, 'persistence', 'warn'],
    ['locked clocks', 'rtx-4090-idle-550', { 'clocks_event_reasons.active': '0x0000000000000002' }, 'clocks', 'warn'],
    [
      'application clocks',
      'h200-580',
      { 'clocks.applications.graphics': '1500', 'clocks.default_applications.graphics': '1980' },
      'clocks',
      'warn',
    ],
    ['a card set aside', 'h200-580', { compute_mode: 'Prohibited' }, 'compute-mode', 'fail'],
    ['a sliced card', 'h200-580', { 'mig.mode.current': 'Enabled' }, 'mig', 'fail'],
    ['ECC that waits for a reboot', 'rtx-4090-idle-550', { 'ecc.mode.pending': 'Enabled' }, 'ecc-mode', 'warn'],
    ['uncorrected errors', 'h200-580', { 'ecc.errors.uncorrected.volatile.total': '1' }, 'ecc-errors', 'fail'],
    ['corrected errors', 'h200-580', { 'ecc.errors.corrected.volatile.total': '4' }, 'ecc-errors', 'warn'],
    ['a pending remap', 'rtx-pro-6000-server-595', { 'remapped_rows.pending': 'Yes' }, 'memory-rows', 'fail'],
    [
      'a card that requires a reset',
      'rtx-pro-6000-server-595',
      { gpu_recovery_action: 'GPU Reset' },
      'card-health',
      'fail',
    ],
    ['a sick sensor', 'rtx-4090-idle-550', { 'temperature.gpu': 'ERR!' }, 'card-health', 'fail'],
    ['a corrupt infoROM', 'rtx-pro-6000-server-595', { 'inforom.checksum_validation': 'invalid' }, 'inforom', 'warn'],
    ['a stopped fan', 'rtx-4090-idle-550', { 'temperature.gpu': '72', 'fan.speed': '0' }, 'temperature', 'warn'],
    ['a hot idle card', 'rtx-4090-idle-550', { 'temperature.gpu': '55', 'fan.speed': '40' }, 'temperature', 'warn'],
  ] as const)('%s', async (_, box, values, id, status) => {
    const report = await examine(box, await changed(box, values))
    expect(statusOf(report, id)).toBe(status)
    expect(report.checks.find((check) => check.id === id)?.fix).not.toBe('')
    expect(report.isHealthy).toBe(!report.checks.some((check) => check.status === 'fail'))
  })

  it('another card, too little memory, or too few cards', async () => {
    const wrong = await examine('rtx-4090-idle-550', {}, { expected: [card('rtx-pro-6000-max-q')] })
    expect(statusOf(wrong, 'gpus')).toBe('fail')
    const slice = await changed('rtx-4090-idle-550', { 'memory.total': '12000' })
    expect(statusOf(await examine('rtx-4090-idle-550', slice, { expected: [card('rtx-4090')] }), 'gpus')).toBe('fail')
    expect(
      statusOf(await examine('rtx-4090-ecc-550', {}, { expected: [card('rtx-4090')], eccMode: 'Disabled' }), 'gpus'),
    ).toBe('pass')
    expect(statusOf(await examine('rtx-4090-idle-550', {}, { expectedGpus: 2 }), 'gpus')).toBe('fail')
  })

  it('a driver that was upgraded under its module, or is too old for the image', async () => {
    const readText = async () => 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  545.23.08  Release Build\n'
    expect(statusOf(await examine('rtx-4090-idle-550', {}, { readText }), 'driver-versions')).toBe('fail')
    expect(statusOf(await examine('rtx-4090-idle-550', {}, { needsCuda: '12.8' }), 'cuda')).toBe('fail')
  })

  it('a clock that is not synchronised, and Xid lines of the kernel log', async () => {
    const runProgram = async (program: string) =>
      program === 'chronyc'
        ? 'Leap status     : Not synchronised\n'
        : program === 'dmesg'
          ? '[9] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.\n'
          : null
    const report = await examine('rtx-4090-idle-550', {}, { runProgram })
    expect([statusOf(report, 'clock'), statusOf(report, 'xid')]).toEqual(['warn', 'warn'])
    const silent = await examine('rtx-4090-idle-550', {}, { runProgram: async () => null })
    expect([statusOf(silent, 'clock'), statusOf(silent, 'xid')]).toEqual(['not-measured', 'not-measured'])
  })

  it('an empty kernel log is no pass where the driver lists no card', async () => {
    const runProgram = async () => '[1] systemd: started\n'
    const idle = await examine('rtx-4090-idle-550', {}, { runProgram })
    expect(statusOf(idle, 'xid')).toBe('pass')
    const exec: SmiExec = async () => ({
      kind: 'failed',
      absent: true,
      ...smiFailure('absent', 'nvidia-smi: not found'),
    })
    const silent = await examine('rtx-4090-idle-550', {}, { runProgram, exec })
    expect(statusOf(silent, 'xid')).toBe('not-measured')
  })

  it('links of two cards', async () => {
    const topology = '\t\u001b[4mGPU0\tGPU1\tCPU Affinity\u001b[0m\nGPU0\t X \tSYS\t0-31\nGPU1\tSYS\t X \t32-63\n'
    const answers = {
      'topo -m': { stdout: topology },
      'topo -p2p': { stdout: topology.replaceAll('SYS', 'CNS') },
      nvlink: { stdout: 'GPU 0: X\nDevice does not have or support Nvlink\n' },
    }
    const report = await examine('two-rtx-4090-590', { answers })
    expect([statusOf(report, 'topology'), statusOf(report, 'peer-to-peer')]).toEqual(['warn', 'warn'])
    expect(readOf(report, 'topology')).toContain('GPU0-GPU1 SYS; no NVLink')
  })
})

describe('the cards that were chosen', () => {
  const topology = '\tGPU0\tGPU1\tGPU2\nGPU0\t X \tOK\tU\nGPU1\tOK\t X \tU\nGPU2\tU\tU\t X \n'
  /** Two cards of a box, and a third of another model in Prohibited mode, on which another user works. */
  const threeCards = async (): Promise<{ box: Partial<FakeSmi>; uuids: string[] }> => {
    const { gpus } = await fakeBox('two-rtx-4090-590')
    const [other] = (await fakeBox('h200-580')).gpus
    const third = {
      values: { ...other!.values, index: '2', compute_mode: 'Prohibited', 'mig.mode.current': 'Enabled' },
    }
    const uuidOf = ({ values }: FakeGpu) => values['uuid'] ?? ''
    return {
      box: {
        gpus: [...gpus, third],
        answers: {
          '--query-compute-apps': { stdout: `${uuidOf(third)}, 4242, python3, 70000\n` },
          'topo -p2p': { stdout: topology },
        },
      },
      uuids: gpus.map(uuidOf),
    }
  }
  const faultsOf = ({ checks }: DoctorReport) => checks.filter(({ status }) => status === 'fail').map(({ id }) => id)

  it('are checked, and no other card of the machine is', async () => {
    const { box, uuids } = await threeCards()
    const report = await examine('two-rtx-4090-590', box, { uuids, expected: [card('rtx-4090')] })
    expect(faultsOf(report)).toEqual([])
    expect([readOf(report, 'processes'), readOf(report, 'peer-to-peer')]).toEqual([
      'none',
      'read access between cards: OK',
    ])
  })

  it('are named by the faults that are theirs', async () => {
    const { box, uuids } = await threeCards()
    const report = await examine('two-rtx-4090-590', box)
    expect(faultsOf(report)).toEqual(expect.arrayContaining(['compute-mode', 'mig', 'peer-to-peer', 'processes']))
    const third = box.gpus!.map(({ values }) => values['uuid']).filter((uuid) => !uuids.includes(uuid ?? ''))
    for (const id of ['compute-mode', 'mig', 'processes'])
      expect(report.checks.find((check) => check.id === id)?.cards).toEqual(third)
  })
})

describe('the fingerprint', () => {
  it('changes its hash with what a driver upgrade may change, and with nothing else', async () => {
    const hashOf = async (values: Record<string, string>) =>
      (await examine('rtx-4090-idle-550', await changed('rtx-4090-idle-550', values))).fingerprint?.driverStateSha256
    const base = await hashOf({})
    expect(await hashOf({ 'temperature.gpu': '40', 'power.draw': '22.5', 'memory.used': '300' })).toBe(base)
    expect(await hashOf({ 'enforced.power.limit': '300.00' })).not.toBe(base)
    expect(await hashOf({ driver_version: '555.58.02' })).not.toBe(base)
  })
})

describe('a loop that starts slowly', () => {
  it('warns, with what makes it faster', async () => {
    let lateMs = 0
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + lateMs }
    const { exec, startLoop } = inlineNvidiaSmi(await fakeBox('rtx-4090-idle-550'), () => clock.nowMs())
    const slowly: typeof startLoop = (args, onLine) => {
      lateMs = 2600
      return startLoop(args, onLine)
    }
    const report = await examine('rtx-4090-idle-550', {}, { clock, exec, startLoop: slowly })
    expect(report.checks.find(({ id }) => id === 'first-row')).toMatchObject({
      status: 'warn',
      read: expect.stringMatching(/the first row took 2\.\d s: .*-pm 1/),
    })
  })
})
