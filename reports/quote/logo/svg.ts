import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { messageOf } from '../../../harness/errors.ts'

/** What may stay of an SVG: shapes, text, gradients, and how they look. */
const elements = new Set(
  'svg g path rect circle ellipse line polyline polygon text tspan defs use symbol linearGradient radialGradient stop clipPath mask title desc style'.split(
    ' ',
  ),
)
/** Elements that say nothing about how the image looks: what drawing programs leave behind. */
const ignored = /^(?:metadata$|[A-Za-z_][\w.-]*:)/
const dropped = new Set(['title', 'desc'])

/** Elements whose text counts. */
const hasText = new Set(['text', 'tspan', 'style'])

/** Attributes of other namespaces, which are of drawing programs. */
const otherNamespace = /^(?!xlink:href$|xml:space$|xmlns$|xmlns:xlink$)[A-Za-z_][\w.-]*:/

type Node = Record<string, unknown>

/**
 * An SVG with nothing in it that acts or loads: shapes, text, gradients and their look. What drawing programs leave behind is
 * removed; scripts, event handlers, foreign content, links to elsewhere and entities are refused, with the reason. The page
 * shows it in an `img`, where nothing of an SVG can act anyway.
 */
export function safeSvg(text: string): { readonly svg: string } | { readonly reason: string } {
  const head = text.replace(/^\uFEFF/, '')
  if (/<!DOCTYPE[^>]*\[/i.test(head) || /<!ENTITY/i.test(head)) return { reason: 'it declares entities' }
  const source = head.replace(/<!DOCTYPE[^>]*>/gi, '')
  const options = {
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    processEntities: false,
  } as const
  try {
    const parsed = new XMLParser({ ...options, trimValues: false, ignorePiTags: true }).parse(source) as Node[]
    const roots = parsed.filter((node) => nameOf(node) !== '#text')
    const [root] = roots
    if (root === undefined || roots.length > 1 || nameOf(root) !== 'svg')
      return { reason: 'its root is not one svg element' }
    const kept = cleaned(root, 0)
    if (!/\bxmlns\s*=/.test(source)) return { reason: 'it has no xmlns="http://www.w3.org/2000/svg"' }
    return { svg: String(new XMLBuilder({ ...options, suppressEmptyNode: true }).build([kept])) }
  } catch (error) {
    return { reason: error instanceof Refusal ? error.message : `it is not valid XML: ${messageOf(error)}` }
  }
}

/** A text as XML writes it, entities that it has among it kept: the parser leaves them, and takes CDATA apart. */
const written = (text: string): string =>
  text
    .replace(/&(?!#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

class Refusal extends Error {}

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ':@') ?? ''

function cleaned(node: Node, depth: number): Node {
  if (depth > 60) throw new Refusal('it is nested too deeply')
  const name = nameOf(node)
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>)
  const inner = node[name] as Node[]
  if (name === 'style') checkStyle(inner.map((part) => String(part['#text'] ?? '')).join(''))
  const children = inner.flatMap((child) => {
    const tag = nameOf(child)
    if (tag === '#text') return hasText.has(name) ? [{ '#text': written(String(child['#text'] ?? '')) }] : []
    if (ignored.test(tag) || dropped.has(tag)) return []
    if (!elements.has(tag)) throw new Refusal(`it contains <${tag.slice(0, 40)}>`)
    return [cleaned(child, depth + 1)]
  })
  const kept = attributes.filter(([key]) => !otherNamespace.test(key))
  for (const [key, value] of kept) checkAttribute(key, value)
  return { [name]: children, ':@': Object.fromEntries(kept.map(([key, value]) => [key, written(value)])) }
}

function checkAttribute(key: string, value: string): void {
  if (/^on/i.test(key)) throw new Refusal(`it contains an event handler, ${key.slice(0, 40)}`)
  if (!/^[A-Za-z][\w:-]*$/.test(key)) throw new Refusal(`it contains an attribute named ${key.slice(0, 40)}`)
  if (/(?:^|:)href$/i.test(key) && !/^#[\w.-]+$/.test(value))
    throw new Refusal(`it links to something outside itself, in ${key}`)
  if (key === 'xmlns' && value !== 'http://www.w3.org/2000/svg') throw new Refusal('its namespace is not that of SVG')
  if (key === 'xmlns' || key === 'xmlns:xlink') return
  checkStyle(value)
}

/** Values and style sheets may refer to parts of the image alone. */
function checkStyle(text: string): void {
  const outside = text.replace(/url\(\s*(["']?)#[\w.-]+\1\s*\)/g, '')
  if (/url\s*\(|@import|@font-face|expression|javascript:|\\|&|</i.test(outside))
    throw new Refusal('its style loads something, or hides what it says')
}
