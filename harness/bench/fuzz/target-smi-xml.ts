import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gpuSchema } from '../../record/schema/gpu.ts'
import { inventoryFrom } from '../../telemetry/inventory/inventory.ts'
import { parseSmiXml, type XmlNode } from '../../telemetry/inventory/smi-xml.ts'
import { documentIn } from '../../telemetry/smi/rows.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const fixtures = fileURLToPath(new URL('../../testing/fixtures/nvidia-smi/', import.meta.url))

/** `nvidia-smi -q -x`: what is no XML is refused by the parser, and every card of the rest fits into a record. */
export const smiXmlTarget: FuzzTarget = {
  name: 'smi-xml',
  holds: 'a document is refused as no XML, or each of its cards fits the schema of a record',
  covers: [
    'inventory/inventory.ts',
    'inventory/gpu-from-xml.ts',
    'inventory/smi-xml.ts',
    'smi/values.ts',
    'smi/rows.ts',
  ],
  seeds: readdirSync(fixtures)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => shortened(readFileSync(fixtures + name, 'utf8'))),
  dictionary: [
    '<gpu>',
    '</gpu>',
    '<uuid>',
    '</uuid>',
    '<__proto__>',
    '<constructor>',
    '&#x41;',
    '&lt;',
    '<![CDATA[',
    '<!--',
    '<power_draw>',
    'N/A',
    '<gpu id="x">',
    '<fb_memory_usage>',
    '<total>',
    '<nvidia_smi_log>',
    '</nvidia_smi_log>',
  ],
  check(input) {
    const document = parsed(documentIn(input.toString('utf8')))
    if (document === null) return
    for (const gpu of inventoryFrom(document, new Map()).gpus) gpuSchema.parse(gpu)
  },
}

/** A parser may refuse a text in any words: what is under test is the form of what it accepts. */
function parsed(text: string): XmlNode | null {
  try {
    return parseSmiXml(text)
  } catch {
    return null
  }
}

/** A document without the lists of a card that nothing reads: a mutation then more often changes what is read. */
function shortened(xml: string): Buffer {
  const unread =
    /^\s*<(supported_clocks|processes|ecc_errors|inforom_version|retired_pages|remapped_rows|fabric|gsp|accounted_processes|ibmnpu|temperature|clocks)>[\s\S]*?<\/\1>\n/gm
  return Buffer.from(xml.replace(unread, ''))
}
