import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { createFolder } from '../disk/create-folder.ts'
import { removeQuietly } from '../json-file.ts'
import { chainFolder } from './key-chain.ts'
import { newKeyPair, publicHexFrom, publicHexOf, readPrivateKey } from './signature.ts'

/** Path of the signing key: JOULEMARK_KEY, or the user's configuration folder; never in a project. */
export function keyPlace(env: NodeJS.ProcessEnv): { readonly path: string; readonly named: boolean } {
  const named = env['JOULEMARK_KEY']
  if (named) return { path: resolve(named), named: true }
  const home = env['HOME'] || homedir()
  return { path: join(home, '.config', 'joulemark', 'signing-key.pem'), named: false }
}

/**
 * The signing key, or null if there is none and none was named. Throws `bad-input` if a named key is missing, if the file
 * is not an Ed25519 key, and if other users may read it.
 */
export function loadKey(env: NodeJS.ProcessEnv): KeyObject | null {
  const { path, named } = keyPlace(env)
  let pem: string
  try {
    const { mode } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new JoulemarkError(
        'bad-input',
        `${path}: other users may read this private key; fix with chmod 600 ${path}`,
      )
    }
    pem = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    if (!named && (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new JoulemarkError('bad-input', `${path}: the signing key cannot be read: ${messageOf(error)}`)
  }
  return readPrivateKey(pem, path)
}

/** A key to sign with, and the folder of its chain. */
export interface SigningKey {
  readonly key: KeyObject
  readonly chain: string
  /** The file, where it was made just now; null where it was there. */
  readonly madeAt: string | null
}

/**
 * The signing key, made in the user's configuration folder where there is none, as `ssh` makes its own. One that another run
 * made in the same moment is taken. Throws as `loadKey` and `writeNewKey` do.
 */
export function loadOrMakeKey(env: NodeJS.ProcessEnv): SigningKey {
  const found = loadKey(env)
  const madeAt = found === null ? makeKey(keyPlace(env).path) : null
  const key = found ?? loadKey(env)
  if (key === null) throw new JoulemarkError('environment', `${keyPlace(env).path}: the key is gone again`)
  return { key, chain: chainFolder(keyPlace(env).path, publicHexOf(key)), madeAt }
}

function makeKey(path: string): string | null {
  try {
    return writeNewKey(path).path
  } catch (error) {
    if (existsSync(path)) return null
    throw error
  }
}

/** The folder of the chain of a loaded key, beside the key's file; null without a key. */
export const chainOfKey = (env: NodeJS.ProcessEnv, key: KeyObject | null): string | null =>
  key === null ? null : chainFolder(keyPlace(env).path, publicHexOf(key))

/** A key on disk: the private key, and the public key beside it. */
export interface NewKey {
  readonly path: string
  readonly publicPath: string
  readonly publicHex: string
}

/** Makes a key pair: private key 0600 in a folder with 0700. Never replaces an existing key. */
export function writeNewKey(path: string): NewKey {
  const { privatePem, publicPem } = newKeyPair()
  const publicPath = `${path.replace(/\.pem$/, '')}.pub.pem`
  try {
    createFolder(dirname(path), 0o700)
    writeFileSync(path, privatePem, { mode: 0o600, flag: 'wx' })
    writeFileSync(publicPath, publicPem, { mode: 0o644 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new JoulemarkError(
        'bad-input',
        `${path}: a key exists already; replacing it would orphan the runs that it signed`,
      )
    }
    // half a key would stand in the way of the next one
    removeQuietly(path)
    throw new JoulemarkError('environment', `${path}: the key cannot be written: ${messageOf(error)}`)
  }
  return { path, publicPath, publicHex: publicHexFrom(publicPem, publicPath) }
}
