import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import packageJson from '../../package.json' with { type: 'json' }
import { projectRoot } from '../support/tool-info.ts'
import { lockedPackage, nodeVersion } from './parts.ts'

const MODULES = 'node_modules/'

interface Component {
  readonly name: string
  readonly version: string
  readonly purl?: string
}

interface Bill {
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
}

/** Node itself, which no dependency of ours names. Its licence file lists what it is made of. */
const node = {
  'bom-ref': `node@${nodeVersion}`,
  type: 'application',
  name: 'node',
  version: nodeVersion,
  scope: 'required',
  purl: `pkg:generic/node@${nodeVersion}`,
  licenses: [{ license: { id: 'MIT' } }],
}

/**
 * What a package is made of, as CycloneDX JSON from `npm sbom`: the packages whose code is in it (folders of node_modules), and
 * Node where it carries one. Time and serial number follow from the contents, so that the same package has the same bill.
 */
export function billOfMaterials(packages: readonly string[], withNode: boolean, time: Date): string {
  // with --omit=dev npm leaves out what a development tool requires as well; the platforms of koffi stand in the lock only
  const flags = ['--sbom-format=cyclonedx', '--package-lock-only']
  const said = execFileSync('npm', ['sbom', ...flags], { cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const bill = JSON.parse(said) as Bill
  const used = packages.map((folder) => {
    const [name, version] = [folder.slice(folder.lastIndexOf(MODULES) + MODULES.length), lockedPackage(folder).version]
    const component = bill.components.find((each) => each.name === name && each.version === version)
    if (component === undefined) throw new Error(`npm sbom does not name ${name} ${version}`)
    return component
  })
  const components = withNode ? [...used, node] : used
  const { name, version } = packageJson
  const digest = createHash('sha256').update(JSON.stringify(components)).digest('hex')
  return `${JSON.stringify(
    {
      ...bill,
      serialNumber: `urn:uuid:${uuidOf(digest)}`,
      metadata: {
        timestamp: time.toISOString(),
        component: { ...bill.metadata.component, type: 'application', name, version },
      },
      components,
      dependencies: [],
    },
    null,
    2,
  )}\n`
}

/** A UUID of version 8 (RFC 9562: of one's own making) from a digest in hexadecimal. */
const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
