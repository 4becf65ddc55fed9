import '@testing-library/jest-dom/vitest'
import { setLanguage, startI18n } from '@/lib/i18n'
import { configure } from '@testing-library/react'

// Pages load their parts lazily, which takes its time where many tests run at once.
configure({ asyncUtilTimeout: 10_000 })
await startI18n()
await setLanguage('zh-CN')

// jsdom has no styles of pseudo-elements, and says so each time that a scrollbar is measured.
const computedStyle = window.getComputedStyle.bind(window)
window.getComputedStyle = (element) => computedStyle(element)
// jsdom does no layout, so there is nothing to observe and nowhere to scroll.
window.ResizeObserver = class {
  observe = () => undefined
  unobserve = () => undefined
  disconnect = () => undefined
}
window.matchMedia = (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList
Element.prototype.scrollIntoView = () => undefined
Element.prototype.scrollBy = () => undefined
Range.prototype.getBoundingClientRect = () => new DOMRect()
