import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import type { Scene } from '../e2e/scene.ts'

/**
 * Starts a shell command that says `ready` on its standard output when it holds what it shall hold,
 * and waits for that. It is killed with the scene, or by `release`. From `ready` on it shall wait, for
 * which `read` is good, and start nothing more: amid an exec(2) a process has no name of its own yet.
 */
export async function hold(
  scene: Scene,
  command: string,
  words: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<{ process: ChildProcess; release: () => Promise<void> }> {
  if (/\bready\b.*\bexec\b/s.test(command)) throw new Error(`is not held still: ${command}`)
  const process = scene.start('bash', ['-c', command, 'bash', ...words], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const { stdout } = process
  if (stdout === null) throw new Error('the holder has no standard output')
  const ended = once(process, 'exit')
  let said = ''
  stdout.setEncoding('utf8')
  for await (const text of stdout) {
    said += String(text)
    if (said.includes('ready')) break
  }
  if (!said.includes('ready')) throw new Error(`the holder ended before it was ready: ${said}`)
  const release = async (): Promise<void> => {
    process.kill('SIGKILL')
    await ended
  }
  return { process, release }
}
