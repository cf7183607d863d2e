import { runPhase } from './phase.mjs'

runPhase('pre')
