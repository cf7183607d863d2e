import { spawn } from 'node:child_process'
import type { StdioOptions } from 'node:child_process'
import { messageOf } from '../plan/guard-error.ts'
import { isUnknownOption } from './program.ts'

/** What became of a call of rm(1). */
export type Removal = { kind: 'killed'; by: string } | { kind: 'tried'; why: string }

/** Removes what lies at these paths; the descriptors are rm's from 3 on. */
export async function rm(
  paths: readonly string[],
  descriptors: readonly (number | 'ignore')[],
): Promise<Removal> {
  const { status, signal, said } = await run('rm', [...flags(), ...paths], descriptors)
  if (knowsFileSystems && isUnknownOption(said)) {
    knowsFileSystems = false
    return rm(paths, descriptors)
  }
  // By the kernel when memory ran out, or by a person: nothing that an administrator must mend.
  if (signal !== null) return { kind: 'killed', by: signal }
  if (status === 0) return { kind: 'tried', why: '' }
  return { kind: 'tried', why: messageOf(new Error(said.split('\n').at(-1))) }
}

/** Busybox's rm does not know it, and says so before it touches anything; found out once. */
let knowsFileSystems = true

function flags(): readonly string[] {
  return ['-rf', ...(knowsFileSystems ? ['--one-file-system'] : []), '--']
}

/** rm has a line for each file that it cannot remove; the last one is what is told. */
const TOLD_AT_MOST = 16_384

/** Runs a program to its end; `said` is the end of what it complained of. */
export async function run(
  program: string,
  words: readonly string[],
  descriptors: readonly (number | 'ignore')[],
): Promise<{ status: number | null; signal: NodeJS.Signals | null; said: string }> {
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', ...descriptors]
  const env = { ...process.env, LC_ALL: 'C' }
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: '/', env, stdio })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      said = (said + part).slice(-TOLD_AT_MOST)
    })
    child.on('error', (error) => resolve({ status: null, signal: null, said: messageOf(error) }))
    child.on('close', (status, signal) => resolve({ status, signal, said: said.trim() }))
  })
}
