/** The NVIDIA kernel module that is loaded. */
export interface KernelModule {
  readonly version: string
  /** Blackwell runs only with the open module; cards before Turing only with the closed one. */
  readonly kind: 'open' | 'closed'
}

/** Where the loaded module says its version. */
export const KERNEL_MODULE_PATH = '/proc/driver/nvidia/version'

/** The module in the text of /proc/driver/nvidia/version; null where none is loaded or the file cannot be read. */
export function kernelModuleIn(text: string | null): KernelModule | null {
  const found = /(Open )?Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(text ?? '')
  const version = found?.[2]
  return version === undefined ? null : { version, kind: found?.[1] === undefined ? 'closed' : 'open' }
}

/**
 * Order of two driver versions: below 0 where the first is older. Only the parts that both have are compared: NVML prints
 * two parts, the module three. Of a part such as `0-sim` the number counts.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0)) as [
    number[],
    number[],
  ]
  for (let part = 0; part < Math.min(left.length, right.length); part += 1) {
    const difference = (left[part] as number) - (right[part] as number)
    if (difference !== 0) return difference
  }
  return 0
}
