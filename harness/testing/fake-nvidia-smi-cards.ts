import { readFileSync } from 'node:fs'
import { allAt, nodeAt, parseSmiXml, textAt, type XmlNode } from '../telemetry/inventory/smi-xml.ts'
import { type FakeGpu, type FakeSmi, fakeFields550 } from './fake-nvidia-smi.ts'

/** Recorded servers with edited values: `-q -x` documents under fixtures/nvidia-smi. */
export const fixtureNames = [
  'rtx-4090-load-535',
  'rtx-4090-idle-550',
  'rtx-4090-ecc-550',
  'h200-580',
  'rtx-pro-6000-workstation-590',
  'two-rtx-4090-590',
  'rtx-pro-6000-max-q-595',
  'rtx-pro-6000-server-595',
] as const
export type FixtureName = (typeof fixtureNames)[number]

const fixtureXml = (name: FixtureName): string =>
  readFileSync(new URL(`./fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')

/** Paths of query fields in the XML. */
const paths: Readonly<Record<string, readonly string[]>> = {
  name: ['product_name'],
  uuid: ['uuid'],
  serial: ['serial'],
  'pci.bus_id': ['pci', 'pci_bus_id'],
  vbios_version: ['vbios_version'],
  'inforom.img': ['inforom_version', 'img_version'],
  persistence_mode: ['persistence_mode'],
  compute_mode: ['compute_mode'],
  'mig.mode.current': ['mig_mode', 'current_mig'],
  gpu_recovery_action: ['gpu_recovery_action'],
  pstate: ['performance_state'],
  'fan.speed': ['fan_speed'],
  'memory.total': ['fb_memory_usage', 'total'],
  'memory.reserved': ['fb_memory_usage', 'reserved'],
  'memory.used': ['fb_memory_usage', 'used'],
  'memory.free': ['fb_memory_usage', 'free'],
  'utilization.gpu': ['utilization', 'gpu_util'],
  'utilization.memory': ['utilization', 'memory_util'],
  'temperature.gpu': ['temperature', 'gpu_temp'],
  'power.limit': ['gpu_power_readings', 'requested_power_limit'],
  'enforced.power.limit': ['gpu_power_readings', 'current_power_limit'],
  'power.default_limit': ['gpu_power_readings', 'default_power_limit'],
  'power.min_limit': ['gpu_power_readings', 'min_power_limit'],
  'power.max_limit': ['gpu_power_readings', 'max_power_limit'],
  'power.draw.instant': ['gpu_power_readings', 'instant_power_draw'],
  'clocks.sm': ['clocks', 'sm_clock'],
  'clocks.mem': ['clocks', 'mem_clock'],
  'clocks.max.sm': ['max_clocks', 'sm_clock'],
  'clocks.max.mem': ['max_clocks', 'mem_clock'],
  'clocks.applications.graphics': ['applications_clocks', 'graphics_clock'],
  'clocks_event_reasons_counters.sw_power_cap': [
    'clocks_event_reasons_counters',
    'clocks_event_reasons_counters_sw_power_cap',
  ],
  'clocks_event_reasons_counters.sync_boost': [
    'clocks_event_reasons_counters',
    'clocks_event_reasons_counters_sync_boost',
  ],
  'clocks_event_reasons_counters.sw_thermal_slowdown': [
    'clocks_event_reasons_counters',
    'clocks_event_reasons_counters_sw_thermal_slowdown',
  ],
  'clocks_event_reasons_counters.hw_thermal_slowdown': [
    'clocks_event_reasons_counters',
    'clocks_event_reasons_counters_hw_thermal_slowdown',
  ],
  'clocks_event_reasons_counters.hw_power_brake_slowdown': [
    'clocks_event_reasons_counters',
    'clocks_event_reasons_counters_hw_power_brake_slowdown',
  ],
  'pcie.link.gen.current': ['pci', 'pci_gpu_link_info', 'pcie_gen', 'current_link_gen'],
  'pcie.link.gen.max': ['pci', 'pci_gpu_link_info', 'pcie_gen', 'max_link_gen'],
  'pcie.link.gen.gpumax': ['pci', 'pci_gpu_link_info', 'pcie_gen', 'max_device_link_gen'],
  'pcie.link.gen.hostmax': ['pci', 'pci_gpu_link_info', 'pcie_gen', 'max_host_link_gen'],
  'pcie.link.width.current': ['pci', 'pci_gpu_link_info', 'link_widths', 'current_link_width'],
  'pcie.link.width.max': ['pci', 'pci_gpu_link_info', 'link_widths', 'max_link_width'],
  'ecc.mode.current': ['ecc_mode', 'current_ecc'],
  'ecc.mode.pending': ['ecc_mode', 'pending_ecc'],
  'ecc.errors.corrected.volatile.total': ['ecc_errors', 'volatile', 'dram_correctable'],
  'ecc.errors.uncorrected.volatile.total': ['ecc_errors', 'volatile', 'dram_uncorrectable'],
  'ecc.errors.corrected.aggregate.total': ['ecc_errors', 'aggregate', 'dram_correctable'],
  'ecc.errors.uncorrected.aggregate.total': ['ecc_errors', 'aggregate', 'dram_uncorrectable'],
  'remapped_rows.correctable': ['remapped_rows', 'remapped_row_corr'],
  'remapped_rows.uncorrectable': ['remapped_rows', 'remapped_row_unc'],
  'remapped_rows.pending': ['remapped_rows', 'remapped_row_pending'],
  'remapped_rows.failure': ['remapped_rows', 'remapped_row_failure'],
}

const laterFields: readonly { readonly from: number; readonly fields: readonly string[] }[] = [
  {
    from: 590,
    fields: [
      'gpu_recovery_action',
      'inforom.checksum_validation',
      ...Object.keys(paths).filter((field) => field.startsWith('clocks_event_reasons_counters.')),
    ],
  },
  { from: 595, fields: ['kmd_version'] },
]

/** A fake that answers queries, `-q -x`, `--version` and process lists like one of the recorded servers. */
export async function fakeBox(name: FixtureName, over: Partial<FakeSmi> = {}): Promise<FakeSmi> {
  const xml = fixtureXml(name)
  const log = nodeAt(parseSmiXml(xml), 'nvidia_smi_log')
  const driver = textAt(log, 'driver_version') ?? ''
  const major = Number(driver.split('.')[0])
  const added = laterFields.flatMap(({ from, fields }) => (major >= from ? fields : []))
  const gpus = allAt(log, 'gpu').map((gpu) => fakeGpu(gpu, driver))
  const version = `NVIDIA-SMI version  : ${driver}\nNVML version        : ${driver.split('.').slice(0, 2).join('.')}\nDRIVER version      : ${driver}\nCUDA Version        : ${textAt(log, 'cuda_version')}\n`
  const processes = gpus
    .filter(({ values }) => Number(values['memory.used']) > 1000)
    .map(({ values }) => `${values['uuid']}, 4021, VLLM::EngineCore, ${Number(values['memory.used']) - 8}\n`)
  const { answers, ...rest } = over
  return {
    gpus,
    xml,
    fields: [...fakeFields550, ...added],
    answers: {
      ...answers,
      '--version': { stdout: version },
      '--query-compute-apps': { stdout: processes.join('') },
      ...answers,
    },
    ...rest,
  }
}

function fakeGpu(gpu: XmlNode, driver: string): FakeGpu {
  const values: Record<string, string> = {
    driver_version: driver,
    kmd_version: driver,
    'clocks_event_reasons.active': '0x0000000000000001',
  }
  for (const [field, path] of Object.entries(paths)) {
    const text = textAt(gpu, ...path)
    if (text === undefined) continue
    // The CSV brackets its missing values and leaves units to the header.
    const isWords = /^(N\/A|Requested functionality has been deprecated)$/.test(text)
    values[field] = isWords ? `[${text}]` : text.replace(/^(-?[\d.]+)(?: ?(?:MiB|W|MHz|C|%|us)|x)$/, '$1')
  }
  const block = nodeAt(gpu, 'gpu_power_readings')
  const draw = textAt(block, 'average_power_draw') ?? textAt(block, 'power_draw')
  if (draw !== undefined) values['power.draw'] = draw.replace(' W', '')
  values['inforom.checksum_validation'] = 'valid'
  return { values }
}
