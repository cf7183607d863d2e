import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/** Waits for a lease to come or to go, or for what is deleted to be gone, from when it was made. */
export class LeaseChange {
  readonly #watchers: readonly (FSWatcher | null)[]
  #isChanged = false
  #wake: (() => void) | null = null

  constructor(root: Root) {
    const notice = (): void => {
      this.#isChanged = true
      this.#wake?.()
    }
    this.#watchers = [open(root, 'leases', LEASE, notice), open(root, 'trash', ENTRY, notice)]
  }

  /** Resolves at the change, or after so many milliseconds; then it is over. */
  async within(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#isChanged) this.#wake()
    })
    this.cancel()
  }

  cancel(): void {
    for (const watcher of this.#watchers) watcher?.close()
  }
}

const LEASE = /\.(json|ended)$/
const ENTRY = /^[0-9a-f]+$/

/** Null where this host has no more inotify watches: a look every few seconds does, too. */
function open(
  root: Root,
  folder: 'leases' | 'trash',
  names: RegExp,
  notice: () => void,
): FSWatcher | null {
  try {
    const watcher = watch(controlPath(root, folder), (_, name) => {
      if (name === null || names.test(name)) notice()
    })
    return watcher.on('error', () => watcher.close())
  } catch {
    return null
  }
}
