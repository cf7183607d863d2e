import { mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { Scene } from './scene.ts'
import { mountsBelow } from './scene.ts'
import { waitFor } from './wait-for.ts'

/** A FUSE mount that answers, until its program is stopped: then every call on it waits for ever. */
export interface StuckMount {
  readonly path: string
  /** Stops it; the scene's end kills the program, which ends all that wait. */
  freeze(): Promise<void>
}

/** Mounts it, with an empty `folder` in it. */
export async function stuckMount(scene: Scene): Promise<StuckMount> {
  const base = scene.directory('fuse')
  const [source, mount] = [path.join(base, 'source'), path.join(base, 'mount')]
  mkdirSync(path.join(source, 'folder'), { recursive: true })
  mkdirSync(mount)
  const { pid } = scene.start('bindfs', ['-f', '-o', 'allow_other', source, mount], {
    stdio: 'ignore',
  })
  if (pid === undefined) throw new Error('bindfs could not be started')
  await waitFor(() => mountsBelow(mount).length > 0, { what: 'the FUSE mount' })
  return {
    path: mount,
    freeze: async () => {
      process.kill(pid, 'SIGSTOP')
      await waitFor(() => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), {
        what: 'bindfs to stop',
      })
    },
  }
}
