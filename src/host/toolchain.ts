import { spawn } from 'node:child_process'

/** As long as rustup may take to install a toolchain: it is never ended in the middle of that. */
const WAIT_MS = 5 * 60_000

/**
 * `rustc -vV` as it is in a directory, whose rust-toolchain.toml may choose one; null where there is
 * no rustc that answers: the build may happen in a container, or install its toolchain first.
 *
 * Rustup’s rustc would install a toolchain that is not there, and one that is killed meanwhile leaves
 * half of it, with which no build works: newer ones (1.28) are told not to, older ones are waited for.
 */
export async function readToolchain(directory: string | null): Promise<string | null> {
  return new Promise((answered) => {
    const child = spawn('rustc', ['-vV'], {
      ...(directory === null ? {} : { cwd: directory }),
      env: { ...process.env, RUSTUP_AUTO_INSTALL: '0' },
      // What rustup says meanwhile must always find a reader.
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const timer = setTimeout(() => {
      child.unref()
      child.stdout.destroy()
      answered(null)
    }, WAIT_MS)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said += part
    })
    const end = (code: number | null): void => {
      clearTimeout(timer)
      answered(code === 0 ? said.trim() : null)
    }
    child.on('error', () => end(null)).on('close', end)
  })
}
