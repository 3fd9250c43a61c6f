import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { JoulemarkError } from '../../errors.ts'
import type { Signature } from '../schema/signature.ts'
import { manifestBytes, type RawRecord } from './manifest.ts'

/** An Ed25519 pair as text: PKCS #8 and SPKI in PEM, as openssl reads them. */
export interface KeyPair {
  readonly privatePem: string
  readonly publicPem: string
}

export function newKeyPair(): KeyPair {
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { privatePem: pair.privateKey, publicPem: pair.publicKey }
}

/** Reads a private key. The `bad-input` error names the place, never the content. */
export function readPrivateKey(pem: string, place: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new JoulemarkError('bad-input', `${place}: not a private key in PEM; joulemark key new makes one`)
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new JoulemarkError('bad-input', `${place}: a key of type ${key.asymmetricKeyType}; expected Ed25519`)
  }
  return key
}

/** The 32 bytes of a public key in hexadecimal, short enough to compare by voice. */
export function publicHexOf(key: KeyObject): string {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  return Buffer.from(x as string, 'base64url').toString('hex')
}

/** A public key from its hexadecimal or its PEM text, as hexadecimal. Throws `bad-input`. */
export function publicHexFrom(text: string, place: string): string {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return trimmed.toLowerCase()
  try {
    const key = createPublicKey(trimmed)
    if (key.asymmetricKeyType === 'ed25519') return publicHexOf(key)
  } catch {
    // what openssl says of it helps nobody
  }
  throw new JoulemarkError('bad-input', `${place}: expected an Ed25519 public key: 64 hexadecimal digits, or PEM`)
}

const publicKeyOf = (hex: string): KeyObject =>
  createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') },
  })

/** A public key as PEM, for openssl. */
export const publicPemOf = (hex: string): string => publicKeyOf(hex).export({ type: 'spki', format: 'pem' }).toString()

/** Signs the manifest of a record. */
export function signManifest(raw: RawRecord, key: KeyObject): Signature {
  const value = sign(null, manifestBytes(raw), key).toString('hex')
  return { algorithm: 'Ed25519', publicKey: publicHexOf(key), value }
}

/** Whether a signature is valid for its key and the manifest of this record. */
export const isSignedBy = (raw: RawRecord, signature: Signature): boolean => isValid(manifestBytes(raw), signature)

function isValid(bytes: Uint8Array, signature: Signature): boolean {
  try {
    const key = publicKeyOf(signature.publicKey)
    return verify(null, bytes, key, Buffer.from(signature.value, 'hex'))
  } catch {
    // 32 bytes that are not a point of the curve
    return false
  }
}

/** Signs a text. */
export const signText = (text: string, key: KeyObject): Signature => ({
  algorithm: 'Ed25519',
  publicKey: publicHexOf(key),
  value: sign(null, Buffer.from(text), key).toString('hex'),
})

/** Whether a signature is valid for its key and this text. */
export const isTextSignedBy = (text: string, signature: Signature): boolean => isValid(Buffer.from(text), signature)

/** The first 16 digits of a key's SHA-256, to distinguish keys on paper. */
export const fingerprintOf = (publicHex: string): string =>
  createHash('sha256').update(Buffer.from(publicHex, 'hex')).digest('hex').slice(0, 16)
