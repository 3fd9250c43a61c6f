/** Shows the button beside each command and lets it copy the command. */
export function addCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) {
    button.hidden = false
    button.addEventListener('click', () => copy(button))
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const code = button.parentElement!.querySelector('pre')!
  // The selection stays if copying is refused, so that Ctrl-C copies it.
  getSelection()?.selectAllChildren(code)
  button.textContent = (await copied(code.textContent ?? '')) ? 'Copied' : 'Selected: press Ctrl-C'
}

/** Whether a text, which is selected, reached the clipboard. A page from a disk has no clipboard API in every browser. */
async function copied(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard === undefined) return document.execCommand('copy')
  try {
    await clipboard.writeText(text)
    return true
  } catch {
    return document.execCommand('copy')
  }
}
