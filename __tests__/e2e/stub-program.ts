import { chmodSync, writeFileSync } from 'node:fs'
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
