import packageJson from '../package.json' with { type: 'json' }

/** The version of this joulemark. */
export const toolVersion: string = packageJson.version

/** What a package knows of its making. */
export interface Built {
  /** The commit that it was made from; null outside a git checkout. */
  readonly commit: string | null
  /** The module of koffi, as seen from the bundled code. */
  readonly koffi: string
}

declare const JOULEMARK_BUILT: string | undefined

/** What this package was made from: `npm run package` puts its JSON in place of the name. Null where the sources themselves run. */
export const built: Built | null =
  typeof JOULEMARK_BUILT === 'undefined' ? null : (JSON.parse(JOULEMARK_BUILT) as Built)

/** How a person calls joulemark here, for texts that name a command: a package is on PATH, a checkout goes through npm. */
export const calledAs: string = built === null ? 'npm run bench --' : 'joulemark'
