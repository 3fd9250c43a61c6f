import type { CheckStatus } from '../../telemetry/doctor/check.ts'
import type { FakeAnswer, FakeGpu, FakeSmi } from '../fake-nvidia-smi.ts'

/** What one check must say. */
export interface Expected {
  readonly id: string
  readonly status: CheckStatus
  readonly read?: RegExp
  readonly fix?: RegExp
  /** What the advice must not say. */
  readonly not?: RegExp
}

/** A machine as the doctor finds it, from real texts of nvidia-smi, shortened; and what the doctor must say. */
export interface DoctorCase {
  readonly title: string
  /** Where the text was seen; what was changed in it. */
  readonly source: string
  readonly smi: FakeSmi
  /** Small files of the host, by path. */
  readonly files?: Readonly<Record<string, string>>
  /** The kernel log, if it is readable. */
  readonly dmesg?: string
  /** Whether a server runs, as with --endpoint. */
  readonly isServing?: boolean
  /** Processes of the server, where they are known. */
  readonly serverPids?: readonly number[]
  /** Key of the expected card. */
  readonly card?: string
  readonly isHealthy: boolean
  readonly mustSay: readonly Expected[]
}

export const uuidOf = (index: number): string => `GPU-14050000-0000-0000-0000-00000000000${index}`

/** An idle card that is well, with the fields that driver 550 prints for an L40S. */
export function idleCard(index: number, over: Readonly<Record<string, string>> = {}): FakeGpu {
  return {
    values: {
      index: String(index),
      uuid: uuidOf(index),
      name: 'NVIDIA L40S',
      'pci.bus_id': `00000000:${17 + index}:00.0`,
      driver_version: '550.163.01',
      compute_cap: '8.9',
      persistence_mode: 'Enabled',
      compute_mode: 'Default',
      'mig.mode.current': '[N/A]',
      pstate: 'P8',
      'power.draw': '35.00',
      'power.draw.instant': '35.00',
      'power.limit': '350.00',
      'enforced.power.limit': '350.00',
      'power.default_limit': '350.00',
      'power.min_limit': '100.00',
      'power.max_limit': '350.00',
      'memory.total': '46068',
      'memory.used': '0',
      'utilization.gpu': '0',
      'temperature.gpu': '32',
      'clocks_event_reasons.active': '0x0000000000000001',
      'ecc.mode.current': 'Disabled',
      'ecc.mode.pending': 'Disabled',
      'pcie.link.width.current': '16',
      'pcie.link.width.max': '16',
      ...over,
    },
  }
}

export const apps = (...lines: readonly string[]): FakeAnswer => ({ stdout: lines.map((line) => `${line}\n`).join('') })
export const noProcesses = { '--query-compute-apps': apps() }
export const well = (gpus: readonly FakeGpu[], answers: Readonly<Record<string, FakeAnswer>> = {}): FakeSmi => ({
  gpus,
  answers: { ...noProcesses, ...answers },
})
/** Every call answers the same. */
export const always = (stdout: string, returnCode: number): FakeSmi => ({
  gpus: [],
  answers: { '': { stdout, returnCode } },
})

export const openModule = (version: string): string =>
  `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  ${version}  Release Build  (root@host)\n`
export const closedModule = (version: string): string =>
  `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${version}  Tue Apr 22 03:52:15 UTC 2025\n`
export const moduleFile = (text: string) => ({ '/proc/driver/nvidia/version': text })
export const inContainer = { '/.dockerenv': '' }
export const inWsl = { '/proc/version': 'Linux version 6.6.87.2-microsoft-standard-WSL2 (root@439a258ad544)\n' }
