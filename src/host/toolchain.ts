import { execFile } from 'node:child_process'

const WAIT_MS = 10_000

/**
 * `rustc -vV` as it is in a directory, whose rust-toolchain.toml may choose one; null where there is
 * no rustc that answers: the build may happen in a container.
 */
export async function readToolchain(directory: string | null): Promise<string | null> {
  const options = {
    ...(directory === null ? {} : { cwd: directory }),
    encoding: 'utf8' as const,
    timeout: WAIT_MS,
    killSignal: 'SIGKILL' as const,
  }
  return new Promise((answered) => {
    const child = execFile('rustc', ['-vV'], options, (error, stdout) =>
      answered(error === null ? stdout.trim() : null),
    )
    child.stdin?.end()
  })
}
