import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/** Waits for a lease to come or to go, from when it was made. */
export class LeaseChange {
  readonly #watcher: FSWatcher | null
  #isChanged = false
  #wake: (() => void) | null = null

  constructor(root: Root) {
    this.#watcher = open(root, () => {
      this.#isChanged = true
      this.#wake?.()
    })
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
    this.#watcher?.close()
  }
}

/** Null where this host has no more inotify watches: a look every few seconds does, too. */
function open(root: Root, notice: () => void): FSWatcher | null {
  try {
    const watcher = watch(controlPath(root, 'leases'), (_, name) => {
      if (name === null || /\.(json|ended)$/.test(name)) notice()
    })
    return watcher.on('error', () => watcher.close())
  } catch {
    return null
  }
}
