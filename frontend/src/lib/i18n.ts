import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { initialLanguage, rememberLanguage, type Language } from './language'

/** Each language is loaded when it is first asked for: most people only ever read one. */
const catalogues = {
  'zh-CN': () => import('@/locales/zh-CN'),
  en: () => import('@/locales/en'),
}

let wanted = initialLanguage()

/** Starts i18next in the language of this browser and keeps <html lang> in step with the language. */
export async function startI18n(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
  })
  const language = wanted
  const { default: translation } = await catalogues[language]()
  await i18next.use(initReactI18next).init({
    resources: { [language]: { translation } },
    lng: language,
    fallbackLng: false,
    interpolation: { escapeValue: false },
  })
}

/** Changes the language as soon as its texts are there; of two changes at once, the later one holds. */
export async function setLanguage(language: Language): Promise<void> {
  rememberLanguage(language)
  wanted = language
  if (i18next.language === language) return
  const { default: translation } = await catalogues[language]()
  i18next.addResourceBundle(language, 'translation', translation)
  if (wanted === language) await i18next.changeLanguage(language)
}
