import { tool } from './guard.ts'
import type { Scene } from './scene.ts'

/** What `worktrees --json` prints, as far as tests read it. */
export interface Done {
  inventory: {
    worktrees: {
      path: string
      bytes: number
      git: { unpushed: number } | { unknown: string }
      targets: { path: string; bytes: number; verdict: { goes: boolean; reasons: string[] } }[]
      verdict: { goes: boolean; reasons: string[] }
    }[]
    locks: { path: string; verdictOf: { goes: boolean; reason: string } }[]
  }
  taken: { what: string; path: string; refs: string[] }[]
  kept: { path: string; why: string }[]
  failures: { path: string; why: string }[]
  notes: string[]
}

/** Runs `worktrees` on directories; throws with its output where it prints no JSON. */
export async function runTool(
  scene: Scene,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Done> {
  const started = ['worktrees', ...words, '--json']
  const { stdout, stderr } = await scene.run(process.execPath, [tool, ...started], {
    cwd: '/',
    env,
  })
  try {
    return JSON.parse(stdout) as Done
  } catch (cause) {
    throw new Error(`worktrees ${words.join(' ')} printed no JSON:\n${stdout}${stderr}`, { cause })
  }
}
