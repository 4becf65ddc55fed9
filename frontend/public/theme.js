/* global document, localStorage, matchMedia */
// Runs before the first paint, so that nobody who chose dark sees a white page first. src/lib/theme.ts takes over.
const chosen = localStorage.getItem('cheems.theme')
const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.dataset.theme = dark ? 'dark' : 'light'
