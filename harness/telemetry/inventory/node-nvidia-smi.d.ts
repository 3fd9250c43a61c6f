/** The package has no types of its own. An error can be a plain string: whatever nvidia-smi wrote to stderr. */
declare module 'node-nvidia-smi' {
  import type { XmlNode } from './smi-xml.ts'

  export default function smi(callback: (error: Error | string | null, document: XmlNode) => void): void
}
