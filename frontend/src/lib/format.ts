import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

/** What stands where a figure does not exist. */
export const NONE = '—'

const AGES = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const

/** Figures and times in one language; null, which means "there is none", becomes a dash. */
export function formatter(language: string) {
  const number = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(language, options)
    return (value: number | null | undefined) => (value === null || value === undefined ? NONE : format.format(value))
  }
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' })
  return {
    integer: number({ maximumFractionDigits: 0 }),
    decimal: number({ maximumFractionDigits: 1 }),
    /** Three digits, as the field writes accuracies. */
    score: number({ minimumFractionDigits: 3, maximumFractionDigits: 3 }),
    /** A difference of scores, with its sign. */
    signed: number({ minimumFractionDigits: 3, maximumFractionDigits: 3, signDisplay: 'exceptZero' }),
    percent: number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    /** Any measured value, as precisely as it can be read off a chart. */
    measure: number({ maximumSignificantDigits: 4 }),
    /** A learning rate and the like: 0.000005 is 5E-6. */
    scientific: number({ notation: 'scientific', maximumSignificantDigits: 3 }),
    bytes: (value: number) => bytes(value, language),
    dateTime: (iso: string | null) => (iso === null ? NONE : dateTime.format(new Date(iso))),
    /** How long ago, in its largest whole unit: 2h, 3d. */
    age: (iso: string, now: number = Date.now()) => age((now - Date.parse(iso)) / 1000, language),
  }
}

export type Formatter = ReturnType<typeof formatter>

export function useFormat(): Formatter {
  const { i18n } = useTranslation()
  return useMemo(() => formatter(i18n.language), [i18n.language])
}

function bytes(value: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, value)) / Math.log(1000)))
  const options = { style: 'unit', unit: units[power], unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, options).format(value / 1000 ** power)
}

function age(seconds: number, language: string): string {
  const { unit, seconds: size } = AGES.find((candidate) => seconds >= candidate.seconds) ?? AGES[2]
  const options = { style: 'unit', unit, unitDisplay: 'narrow' } as const
  return new Intl.NumberFormat(language, options).format(Math.max(0, Math.floor(seconds / size)))
}
