// npm run demo: three runners on one host, through dist/, with real cargo.
import { spawnSync } from 'node:child_process'
import { register } from 'node:module'

const cargo = spawnSync('cargo', ['--version'])
if (cargo.error !== undefined || cargo.status !== 0) {
  console.error('The demo builds a real Cargo project, and cargo was not found on PATH.')
  console.error(
    'Install Rust with rustup (https://rustup.rs) or your system’s packages, for example:',
  )
  console.error('  apt-get install cargo')
  process.exit(1)
}

register('./typescript.mjs', import.meta.url)
const { demonstrate } = await import('./demonstrate.ts')
await demonstrate()
