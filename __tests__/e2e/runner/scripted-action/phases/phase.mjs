import { spawnSync } from 'node:child_process'

/** Runs the script in the input of that name with bash, or shows the environment when there is none. */
export function runPhase(name) {
  const script = process.env[`INPUT_${name.toUpperCase()}`]
  if (script === '') {
    console.log(JSON.stringify({ ...process.env, PPID: process.ppid, CWD: process.cwd() }))
    return
  }
  const { status } = spawnSync('bash', ['-e', '-c', script], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
