import { Worker } from 'node:worker_threads'
import type { XmlNode } from './smi-xml.ts'

/** node-nvidia-smi has no timeout of its own. */
const TIMEOUT_MS = 20_000

/**
 * The document read by node-nvidia-smi, which runs `nvidia-smi -q -x` from PATH and parses it. Null where it fails: on any
 * text on stderr, on more than 1 MiB of output, on malformed XML, after 20 s. It runs in a separate thread, because its
 * parser throws an exception that cannot be caught when a document has two errors. Never rejects.
 */
export function readThroughPackage(timeoutMs = TIMEOUT_MS): Promise<XmlNode | null> {
  return new Promise((resolve) => {
    const thread = new Worker(new URL('./package-thread.ts', import.meta.url), { stdout: true, stderr: true })
    const settle = (document: XmlNode | null): void => {
      clearTimeout(timer)
      resolve(document)
      void thread.terminate()
    }
    const timer = setTimeout(() => settle(null), timeoutMs)
    thread.once('message', (document: XmlNode | null) => settle(document))
    thread.once('error', () => settle(null))
    thread.once('exit', () => settle(null))
  })
}
