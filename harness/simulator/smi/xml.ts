import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import type { SmiGpu, SmiState } from './state.ts'

/** A node: its name and its text or its children. */
type Node = readonly [name: string, content: string | number | null | readonly Node[]]

/** The document of `nvidia-smi -q -x` in the format of drivers from 550 on: units in the text, `N/A` without brackets. */
export function xmlDocument(state: SmiState, gpus: readonly SmiGpu[], timestamp: string): string {
  const head: Node[] = [
    ['timestamp', timestamp],
    ['driver_version', state.driverVersion],
    ['cuda_version', state.cudaVersion],
    ['attached_gpus', state.gpus.length],
  ]
  const body = gpus.map((gpu) => `\t<gpu id="${escapeXml(gpu.pci.busId)}">\n${render(gpuNodes(gpu), 2)}\t</gpu>\n`)
  return [
    '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<nvidia_smi_log>\n',
    render(head, 1),
    ...body,
    '</nvidia_smi_log>\n',
  ].join('')
}

const watts = (value: number): string => `${value.toFixed(2)} W`
const mib = (value: number): string => `${value} MiB`
const mhz = (value: number): string => `${value} MHz`

function gpuNodes(gpu: SmiGpu): Node[] {
  return [
    ['product_name', gpu.name],
    ['product_brand', gpu.name.includes('GeForce') ? 'GeForce' : 'NVIDIA RTX'],
    ['product_architecture', gpu.architecture],
    ['display_mode', 'Disabled'],
    ['display_active', 'Disabled'],
    ['persistence_mode', 'Enabled'],
    [
      'mig_mode',
      [
        ['current_mig', gpu.migMode],
        ['pending_mig', gpu.migMode],
      ],
    ],
    ['mig_devices', 'None'],
    ['gpu_virtualization_mode', [['virtualization_mode', gpu.virtualization]]],
    ['serial', null],
    ['uuid', gpu.uuid],
    ['minor_number', gpu.index],
    ['vbios_version', gpu.vbiosVersion],
    ['multigpu_board', 'No'],
    ['pci', pciNodes(gpu)],
    ['fan_speed', gpu.fanPct === null ? null : `${gpu.fanPct} %`],
    ['performance_state', gpu.pstate],
    ['clocks_event_reasons', reasonNodes(gpu)],
    [
      'fb_memory_usage',
      memoryNodes(gpu.memory.totalMiB, gpu.memory.usedMiB, gpu.memory.freeMiB, gpu.memory.reservedMiB),
    ],
    ['bar1_memory_usage', memoryNodes(gpu.bar1MiB, 1, gpu.bar1MiB - 1)],
    ['compute_mode', 'Default'],
    [
      'utilization',
      [
        ['gpu_util', `${gpu.utilization.gpuPct} %`],
        ['memory_util', `${gpu.utilization.memoryPct} %`],
        ['encoder_util', '0 %'],
        ['decoder_util', '0 %'],
      ],
    ],
    [
      'ecc_mode',
      [
        ['current_ecc', gpu.eccMode],
        ['pending_ecc', gpu.eccMode],
      ],
    ],
    [
      'temperature',
      [
        ['gpu_temp', `${gpu.temperatureC} C`],
        ['gpu_temp_max_threshold', '92 C'],
        ['gpu_temp_slow_threshold', '89 C'],
        ['memory_temp', null],
      ],
    ],
    ['gpu_power_readings', powerNodes(gpu)],
    ['clocks', clockNodes(gpu.clocks.smMHz, gpu.clocks.memoryMHz, gpu.clocks.videoMHz)],
    ['max_clocks', clockNodes(gpu.clocks.maxSmMHz, gpu.clocks.maxMemoryMHz, gpu.clocks.maxSmMHz)],
    [
      'processes',
      gpu.processes.map(
        (process) =>
          [
            'process_info',
            [
              ['pid', process.pid],
              ['type', 'C'],
              ['process_name', process.name],
              ['used_memory', mib(process.usedMiB)],
            ],
          ] as const,
      ),
    ],
  ]
}

function pciNodes({ pci, pcieReplays = 0 }: SmiGpu): Node[] {
  return [
    ['pci_bus', pci.busId.slice(9, 11)],
    ['pci_device', pci.busId.slice(12, 14)],
    ['pci_domain', pci.busId.slice(4, 8)],
    ['pci_device_id', pci.deviceId.slice(2)],
    ['pci_bus_id', pci.busId],
    ['pci_sub_system_id', pci.subDeviceId.slice(2)],
    [
      'pci_gpu_link_info',
      [
        [
          'pcie_gen',
          [
            ['max_link_gen', pci.genMax],
            ['current_link_gen', pci.gen],
            ['device_current_link_gen', pci.gen],
            ['max_device_link_gen', pci.genMax],
            ['max_host_link_gen', pci.genMax],
          ],
        ],
        [
          'link_widths',
          [
            ['max_link_width', `${pci.widthMax}x`],
            ['current_link_width', `${pci.width}x`],
          ],
        ],
      ],
    ],
    ['replay_counter', pcieReplays],
    ['replay_rollover_counter', 0],
    ['tx_util', '0 KB/s'],
    ['rx_util', '0 KB/s'],
  ]
}

function reasonNodes(gpu: SmiGpu): Node[] {
  const reasons: readonly (readonly [string, number])[] = [
    ['clocks_event_reason_gpu_idle', eventReasonBits.gpuIdle],
    ['clocks_event_reason_applications_clocks_setting', eventReasonBits.applicationsClocksSetting],
    ['clocks_event_reason_sw_power_cap', eventReasonBits.swPowerCap],
    ['clocks_event_reason_hw_slowdown', eventReasonBits.hwSlowdown],
    ['clocks_event_reason_hw_thermal_slowdown', eventReasonBits.hwThermalSlowdown],
    ['clocks_event_reason_hw_power_brake_slowdown', eventReasonBits.hwPowerBrakeSlowdown],
    ['clocks_event_reason_sync_boost', eventReasonBits.syncBoost],
    ['clocks_event_reason_sw_thermal_slowdown', eventReasonBits.swThermalSlowdown],
  ]
  return reasons.map(([name, bit]) => [name, (gpu.eventReasons & bit) === 0 ? 'Not Active' : 'Active'] as const)
}

function powerNodes({ power, pstate }: SmiGpu): Node[] {
  return [
    ['power_state', pstate],
    ['average_power_draw', watts(power.drawW)],
    ['instant_power_draw', watts(power.instantW)],
    ['current_power_limit', watts(power.limitW)],
    ['requested_power_limit', watts(power.limitW)],
    ['default_power_limit', watts(power.defaultLimitW)],
    ['min_power_limit', watts(power.minLimitW)],
    ['max_power_limit', watts(power.maxLimitW)],
  ]
}

function memoryNodes(total: number, used: number, free: number, reserved?: number): Node[] {
  const nodes: Node[] = [['total', mib(total)]]
  if (reserved !== undefined) nodes.push(['reserved', mib(reserved)])
  return [...nodes, ['used', mib(used)], ['free', mib(free)]]
}

const clockNodes = (sm: number, memory: number, video: number): Node[] => [
  ['graphics_clock', mhz(sm)],
  ['sm_clock', mhz(sm)],
  ['mem_clock', mhz(memory)],
  ['video_clock', mhz(video)],
]

function render(nodes: readonly Node[], depth: number): string {
  const indent = '\t'.repeat(depth)
  return nodes
    .map(([name, content]) => {
      if (content !== null && typeof content === 'object') {
        return `${indent}<${name}>\n${render(content, depth + 1)}${indent}</${name}>\n`
      }
      return `${indent}<${name}>${escapeXml(String(content ?? 'N/A'))}</${name}>\n`
    })
    .join('')
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
