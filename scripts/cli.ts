// The version of Node is checked before anything else is loaded: an import below would fail to link on an old one.
import './preflight.cjs'

await import('./command-line.ts')
