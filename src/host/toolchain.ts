import { spawnSync } from 'node:child_process'

const WAIT_MS = 10_000

/**
 * `rustc -vV` as it is in a directory, whose rust-toolchain.toml may choose one; null where there is
 * no rustc that answers: the build may happen in a container.
 */
export function readToolchain(directory: string | null): string | null {
  const { status, stdout, error } = spawnSync('rustc', ['-vV'], {
    ...(directory === null ? {} : { cwd: directory }),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: WAIT_MS,
    killSignal: 'SIGKILL',
  })
  return error === undefined && status === 0 ? stdout.trim() : null
}
