import { KERNEL_MODULE_PATH, type KernelModule, kernelModuleIn } from './kernel-module.ts'
import type { ReadText, RunProgram } from './read-host.ts'

/** What decides how a failure of nvidia-smi is fixed on this machine. */
export interface Surroundings {
  /** Null where no module is loaded, or its version cannot be read (a container). */
  readonly kernelModule: KernelModule | null
  readonly isContainer: boolean
  /** The Windows Subsystem for Linux: its driver belongs to Windows. */
  readonly isWsl: boolean
  /** The module that a card requires, as the kernel logged it; null where it logged nothing or cannot be read. */
  readonly requiredModule: KernelModule['kind'] | null
  /** Lines of the driver in the kernel log; null where the log is not readable. */
  readonly kernelLog: readonly string[] | null
}

/** Files that exist inside containers only: Docker, Podman, systemd's note of LXC and others, Kubernetes. */
const containerFiles = [
  '/.dockerenv',
  '/run/.containerenv',
  '/run/systemd/container',
  '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
]

/** Reads the surroundings of nvidia-smi on this machine. Never throws. */
export async function readSurroundings(readText: ReadText, runProgram: RunProgram): Promise<Surroundings> {
  const kernelLog = await readDriverLog(runProgram)
  const marks = await Promise.all(containerFiles.map(readText))
  const cgroup = (await readText('/proc/1/cgroup')) ?? ''
  return {
    kernelModule: kernelModuleIn(await readText(KERNEL_MODULE_PATH)),
    isContainer: marks.some((mark) => mark !== null) || /docker|kubepods|containerd|libpod|lxc/.test(cgroup),
    isWsl: /microsoft/i.test((await readText('/proc/version')) ?? ''),
    requiredModule: requiredModuleIn(kernelLog ?? []),
    kernelLog,
  }
}

/** The driver's lines of the kernel log; null where it is not readable. */
async function readDriverLog(runProgram: RunProgram): Promise<readonly string[] | null> {
  const log = await runProgram('dmesg', [])
  return log?.split('\n').filter((line) => /NVRM:/.test(line)) ?? null
}

/** The driver logs which module a card requires, over several lines that each begin with `NVRM:`. */
function requiredModuleIn(lines: readonly string[]): KernelModule['kind'] | null {
  const text = lines.map((line) => line.replace(/^.*NVRM:\s*/, '')).join(' ')
  if (/requires use of the NVIDIA open kernel modules/i.test(text)) return 'open'
  return /not supported by open nvidia\.ko/i.test(text) ? 'closed' : null
}
