import { execFileSync } from 'node:child_process'

interface Built {
  /** packages that Cargo compiled, or whose build scripts it ran */
  compiled: string[]
  /** what the program says */
  prints: string
}

/** Builds a project whose program is `app` without asking the network, and runs it. */
export function buildApp(worktree: string, target: string): Built {
  const env = { ...process.env, CARGO_TARGET_DIR: target, CARGO_INCREMENTAL: '0' }
  const words = ['-c', 'cargo build -v --offline 2>&1', 'sh']
  const said = execFileSync('sh', words, { cwd: worktree, encoding: 'utf8', env })
  const compiled = [...said.matchAll(/^ +(?:Compiling|Dirty) (\S+) v/gm)].map(
    ([, name]) => name ?? '',
  )
  const prints = execFileSync(`${target}/debug/app`, { cwd: '/', encoding: 'utf8' })
  return { compiled: [...new Set(compiled)].toSorted(), prints: prints.trim() }
}
