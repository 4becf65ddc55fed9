import { createRoot } from 'react-dom/client'
import { App } from '@/app/App'
import { applyPalette } from '@/app/theme'
import { startI18n } from '@/lib/i18n'
import '@/app/app.css'

startI18n()
applyPalette()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<App />)
