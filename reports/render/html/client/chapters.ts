import { fragmentId } from './fragment.ts'

/**
 * The chapters and their contents: a link to something in a folded chapter unfolds it, the contents mark the part of the page that
 * is being read, and one button unfolds everything.
 */
export function followChapters(): void {
  const chapters = [...document.querySelectorAll<HTMLDetailsElement>('details.chapter')]
  const reveal = () => revealTarget()
  window.addEventListener('hashchange', reveal)
  // a second click on the link of the place where the page already is changes no hash
  document.addEventListener('click', (event) => {
    if ((event.target as Element).closest('a[href^="#"]')) setTimeout(reveal)
  })
  reveal()
  markCurrent([...document.querySelectorAll('#answer'), ...chapters])
  foldContents()
  const button = document.querySelector<HTMLButtonElement>('button.unfold')
  if (button === null) return
  button.hidden = false
  button.addEventListener('click', () => {
    const open = chapters.some((chapter) => !chapter.open)
    for (const chapter of chapters) chapter.open = open
    button.textContent = open ? 'Fold all' : 'Unfold all'
  })
}

function revealTarget(): void {
  const target = document.getElementById(fragmentId(location.hash))
  if (target === null) return
  let isFolded = false
  for (let at: Element | null = target; at !== null; at = at.parentElement) {
    if (!(at instanceof HTMLDetailsElement) || at.open) continue
    at.open = true
    isFolded = true
  }
  if (isFolded) target.scrollIntoView()
}

/** Marks the last part that begins above the upper third of the window. */
function markCurrent(parts: readonly Element[]): void {
  const mark = () => {
    const line = window.innerHeight / 3
    const current = parts.filter((part) => part.getBoundingClientRect().top <= line).at(-1) ?? parts[0]
    for (const link of document.querySelectorAll('nav a')) {
      if (link.getAttribute('href') === `#${current?.id}`) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    }
  }
  let isAsked = false
  const ask = () => {
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(() => {
      isAsked = false
      mark()
    })
  }
  for (const event of ['scroll', 'resize', 'hashchange']) window.addEventListener(event, ask, { passive: true })
  for (const part of parts) part.addEventListener('toggle', ask)
  mark()
}

/** The folded contents fold again once one of them was chosen. */
function foldContents(): void {
  const folded = document.querySelector<HTMLDetailsElement>('nav.above details')
  folded?.addEventListener('click', (event) => {
    if ((event.target as Element).closest('a')) folded.open = false
  })
}
