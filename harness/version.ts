import packageJson from '../package.json' with { type: 'json' }

/** The version of this joulemark. */
export const toolVersion: string = packageJson.version
