import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { initialLanguage, rememberLanguage } from './language'

type Catalogue = Record<string, unknown>

/** One file per language and feature; the file's name is the first part of its keys: `t('task.submit')`. */
function catalogues(files: Record<string, { default: Catalogue }>): Catalogue {
  return Object.fromEntries(
    Object.entries(files).map(([path, module]) => [path.replace(/^.*\/(.+)\.json$/, '$1'), module.default]),
  )
}

export const resources = {
  'zh-CN': { translation: catalogues(import.meta.glob('../locales/zh-CN/*.json', { eager: true })) },
  en: { translation: catalogues(import.meta.glob('../locales/en/*.json', { eager: true })) },
}

/** Starts i18next with both catalogues and keeps <html lang> in step with the language. */
export function startI18n(): i18n {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
  })
  void i18next.use(initReactI18next).init({
    resources,
    lng: initialLanguage(),
    fallbackLng: 'zh-CN',
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  return i18next
}

export function setLanguage(language: 'zh-CN' | 'en'): void {
  rememberLanguage(language)
  void i18next.changeLanguage(language)
}
