import type { SmiFailure, SmiFault } from '../smi/failures.ts'
import { compareVersions, type KernelModule } from './kernel-module.ts'
import type { Surroundings } from './surroundings.ts'

/** The NVML library's own version in a message about a mismatch, such as `NVML library version: 535.288`. */
export const libraryVersionIn = (said: string): string | null =>
  /NVML library version:\s*(\d+(?:\.\d+)*)/i.exec(said)?.[1] ?? null

type Advise = (failure: SmiFailure, where: Surroundings) => string

/** Faults whose cause in WSL is the driver of Windows. */
const windowsFaults: ReadonlySet<SmiFault> = new Set([
  'driver-not-loaded',
  'library-missing',
  'version-mismatch',
  'no-devices',
  'devices-withdrawn',
  'blocked',
  'other',
])

const WSL =
  'this is WSL: install the current NVIDIA driver in Windows and none in Linux (remove nvidia-utils and libnvidia-compute packages), then run wsl --update and wsl --shutdown in Windows'

const advice: Partial<Record<SmiFault, Advise>> = {
  'driver-not-loaded': (_, { kernelModule, isContainer }) => {
    if (isContainer)
      return 'start the container with --gpus all (NVIDIA container toolkit); the driver of the host must be loaded (sudo modprobe nvidia there)'
    return kernelModule === null
      ? 'load the driver (sudo modprobe nvidia); if that fails, see dmesg and dkms status: the module must be built for this kernel, and Secure Boot must accept its key'
      : `kernel module ${kernelModule.version} is loaded: create its device files (sudo nvidia-modprobe -c0 -u), and check the rights of /dev/nvidia*`
  },
  'library-missing': (_, { kernelModule, isContainer }) => {
    if (isContainer) return 'start the container with --gpus all and NVIDIA_DRIVER_CAPABILITIES=compute,utility'
    return `install the libnvidia-ml1 package (part of nvidia-utils) of driver ${kernelModule?.version ?? 'that is loaded'}`
  },
  'version-mismatch': ({ said }, where) => mismatchFix(libraryVersionIn(said), where),
  'no-devices': (_, where) =>
    where.isContainer && where.kernelModule === null ? NO_DEVICES_INSIDE : noDevicesFix(where),
  'no-permission': ({ said, fix }, { isContainer }) => {
    if (!isContainer) return fix
    const what = /device handle/i.test(said)
      ? 'this card is not given to the container'
      : 'no card is given to the container'
    return `${what}: start it with --gpus all (or --device for each /dev/nvidia*)`
  },
  'gpu-lost': ({ said, fix }, { isContainer }) =>
    isContainer && /Unknown Error/i.test(said)
      ? 'inside a container: the card is not fully given to it (start it with --gpus all), or it fell off the bus: see nvidia-smi and dmesg on the host'
      : fix,
  'devices-withdrawn': ({ fix }, { isContainer }) =>
    isContainer
      ? 'the container lost its devices (a reload of systemd on the host withdraws them): start it anew; to prevent it, give each /dev/nvidia* with --device, or use CDI'
      : fix,
}

/** How to fix a failure on this machine: what is known of any machine, unless the surroundings name the cause. */
export function fixFor(failure: SmiFailure, where: Surroundings): string {
  if (where.isWsl && windowsFaults.has(failure.fault)) return WSL
  return advice[failure.fault]?.(failure, where) ?? failure.fix
}

const NO_DEVICES_INSIDE = 'start the container with --gpus all; if it has them, see nvidia-smi and dmesg on the host'

function noDevicesFix({ kernelModule, requiredModule }: Surroundings): string {
  const bios = 'set Above 4G Decoding and Resizable BAR in the BIOS, then check lspci and dmesg for the card'
  if (requiredModule === 'open') return `the kernel log names the cause: ${openModule(kernelModule)}`
  if (requiredModule === 'closed')
    return 'the kernel log names the cause: this card (before Turing) requires the closed kernel module (nvidia-driver-NNN without -open)'
  if (kernelModule?.kind === 'closed')
    return `the closed kernel module ${kernelModule.version} is loaded: ${openModule(kernelModule)}; for another card, ${bios}`
  if (kernelModule?.kind === 'open')
    return `the open kernel module ${kernelModule.version} is loaded, as Blackwell requires: ${bios}; a card before Turing requires the closed module`
  return `check lspci and dmesg for the card; a Blackwell card requires the open kernel module (nvidia-driver-NNN-open); ${bios}`
}

function openModule(loaded: KernelModule | null): string {
  const branch = loaded?.version.split('.')[0] ?? 'NNN'
  return `a Blackwell card (RTX 50, RTX PRO Blackwell, B200) requires the open kernel module: install nvidia-driver-${branch}-open (nvidia-open), then reboot`
}

// a reboot helps only where the module is the older one: it then loads the module of the library
/** How to fix a library and a module of different versions; `library` is null where its version is not known. */
export function mismatchFix(library: string | null, { kernelModule, isContainer }: Surroundings): string {
  if (library === null || kernelModule === null)
    return 'compare the library with the module in /proc/driver/nvidia/version: install the packages of the version of the module, or reboot if the module is the older one'
  const both = `library ${library}, kernel module ${kernelModule.version}`
  if (compareVersions(library, kernelModule.version) < 0) {
    const where = isContainer ? ' in this container (or have the container toolkit mount those of the host)' : ''
    return `${both}: install the ${kernelModule.version} user-space packages (nvidia-utils, libnvidia-compute or libnvidia-ml1)${where}; a reboot does not help`
  }
  return isContainer
    ? `${both}: remove the NVIDIA packages of the image, so that the container toolkit mounts those of the host; or upgrade the driver of the host`
    : `${both}: the driver was upgraded while the old module is loaded: reboot`
}
