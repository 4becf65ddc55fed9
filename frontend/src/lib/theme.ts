import { useSyncExternalStore } from 'react'
import { storedValue, storeValue } from './stored'

/** Light or dark, as this browser's person chose or as the system says. public/theme.js reads the same choice. */
export const THEMES = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEMES)[number]
export type Shade = 'light' | 'dark'

const STORAGE_KEY = 'cheems.theme'
const system = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function themeChoice(): ThemeChoice {
  const stored = storedValue(STORAGE_KEY)
  return THEMES.find((theme) => theme === stored) ?? 'system'
}

/** What is on the page now. */
export function shade(): Shade {
  const choice = themeChoice()
  if (choice !== 'system') return choice
  return system.matches ? 'dark' : 'light'
}

function tell(): void {
  listeners.forEach((listener) => listener())
}

export function chooseTheme(choice: ThemeChoice): void {
  storeValue(STORAGE_KEY, choice)
  tell()
}

/** The other of light and dark, whichever is on the page. */
export function toggleTheme(): void {
  chooseTheme(shade() === 'dark' ? 'light' : 'dark')
}

/** Calls `listener` whenever the choice changes here or in another tab, or the system changes. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

system.addEventListener('change', tell)
window.addEventListener('storage', ({ key }) => {
  if (key === STORAGE_KEY) tell()
})

export const useShade = () => useSyncExternalStore(onThemeChange, shade)
export const useThemeChoice = () => useSyncExternalStore(onThemeChange, themeChoice)
