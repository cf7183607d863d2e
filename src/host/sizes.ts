import { execFile } from 'node:child_process'

/**
 * Sizes of directory trees by du(1): allocated bytes, hard links once, other file systems left out.
 *
 * It walks the trees, so it is for reports only, and ends after a while: what is not measured by
 * then is left out.
 *
 * @returns bytes by path
 */
export async function measureTrees(
  paths: readonly string[],
  waitMs: number,
): Promise<Map<string, number>> {
  if (paths.length === 0) return new Map()
  return new Promise((resolve) => {
    execFile(
      'du',
      ['-s', '-x', '--block-size=1', '--null', '--', ...paths],
      { timeout: waitMs, killSignal: 'SIGKILL', encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (_, stdout) => {
        // Errors (a file that went meanwhile, the time limit) leave a part, which is what is wanted.
        const lines = stdout.split('\0').filter((line) => line !== '')
        resolve(
          new Map(
            lines.map((line) => {
              const tab = line.indexOf('\t')
              return [line.slice(tab + 1), Number(line.slice(0, tab))] as const
            }),
          ),
        )
      },
    )
  })
}
