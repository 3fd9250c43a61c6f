import type { SmiGpu } from './state.ts'

/**
 * The answer to `nvidia-smi topo -m`, `topo -p2p r` and `nvlink -s`: all cards under one PCIe host bridge, without NVLink.
 * GeForce cards have no peer access, as with NVIDIA's driver (CNS: chipset not supported). Null for other commands.
 */
export function topologyText(args: readonly string[], gpus: readonly SmiGpu[]): string | null {
  const [command = '', option = ''] = args
  if (command === 'nvlink' && option === '-s') {
    return gpus
      .map(
        ({ index, name, uuid }) =>
          `GPU ${index}: ${name} (UUID: ${uuid})\n\t NVML: Unable to retrieve NVLink information as all links are inActive\n`,
      )
      .join('')
  }
  if (command !== 'topo') return null
  if (option === '-m') return matrix(gpus, 'PHB')
  const hasPeers = gpus.every(({ name }) => !name.includes('GeForce'))
  return option === '-p2p' ? matrix(gpus, hasPeers ? 'OK' : 'CNS') : null
}

function matrix(gpus: readonly SmiGpu[], cell: string): string {
  const head = gpus.map(({ index }) => `GPU${index}`).join('\t')
  const rows = gpus.map(
    ({ index }) => `GPU${index}\t${gpus.map((other) => (other.index === index ? ' X ' : cell)).join('\t')}`,
  )
  return `\t${head}\n${rows.join('\n')}\n`
}
