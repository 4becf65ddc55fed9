/** The interface's languages and their names on the server. */

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const STORAGE_KEY = 'cheems.language'

export function languageFromServer(language: 'zh-hans' | 'en'): Language {
  return language === 'en' ? 'en' : 'zh-CN'
}

export function languageToServer(language: Language): 'zh-hans' | 'en' {
  return language === 'en' ? 'en' : 'zh-hans'
}

/** The language before anybody is logged in: the last one used here, else Chinese unless the browser asks for English. */
export function initialLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY)
  if (stored === 'en' || stored === 'zh-CN') return stored
  return navigator.language.startsWith('en') ? 'en' : 'zh-CN'
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language)
}
