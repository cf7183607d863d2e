import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import type { Scene } from './scene.ts'

/**
 * A PATH on which a shell script stands in for a program of the machine; `$REAL` in the script is that
 * program itself.
 */
export async function stubProgram(scene: Scene, name: string, script: string): Promise<string> {
  const { stdout } = await scene.must('sh', ['-c', `command -v ${name}`])
  const directory = scene.directory('stub')
  const file = path.join(directory, name)
  writeFileSync(file, `#!/bin/sh\nREAL=${stdout.trim()}\n${script}\n`)
  chmodSync(file, 0o755)
  return `${directory}:${process.env['PATH'] ?? ''}`
}

/** A PATH on which there is all that this one has, but not these programs. */
export function pathWithout(scene: Scene, ...names: readonly string[]): string {
  const directory = scene.directory('programs')
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder)) {
      const link = path.join(directory, name)
      if (names.includes(name) || lstatSync(link, { throwIfNoEntry: false })) continue
      symlinkSync(path.join(folder, name), link)
    }
  }
  return directory
}

/** A PATH as in Alpine’s containers: no perl, and busybox in place of coreutils and findutils. */
export function alpinePath(scene: Scene): string {
  const directory = pathWithout(scene, 'perl', ...BUSYBOX)
  const busybox = realpathSync(path.join(directory, 'busybox'))
  for (const name of BUSYBOX) symlinkSync(busybox, path.join(directory, name))
  return directory
}

const BUSYBOX = 'chown cp du ionice mkdir mv nice rm stat sync timeout touch xargs'.split(' ')
