import { createRoot } from 'react-dom/client'
import { App } from '@/app/App'
import { applyPalette } from '@/app/theme'
import { startI18n } from '@/lib/i18n'
import { watchBuild } from '@/lib/newBuild'
import { onThemeChange, shade } from '@/lib/theme'
import '@/app/app.css'

applyPalette(shade())
// Before any component hears of the change: charts read their colours from the page.
onThemeChange(() => applyPalette(shade()))

watchBuild()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
await startI18n()
createRoot(root).render(<App />)
