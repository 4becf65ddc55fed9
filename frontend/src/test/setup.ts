import '@testing-library/jest-dom/vitest'
import { setLanguage, startI18n } from '@/lib/i18n'

startI18n()
setLanguage('zh-CN')

// jsdom does no layout, so there is nothing to observe and nowhere to scroll.
window.ResizeObserver = class {
  observe = () => undefined
  unobserve = () => undefined
  disconnect = () => undefined
}
window.matchMedia = (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList
Element.prototype.scrollIntoView = () => undefined
